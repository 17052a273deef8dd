// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_error.hpp"
#include "cluster_answer.hpp"
#include "json_fields.hpp"
#include "weir/nats/stream_info.hpp"

namespace weir::nats::detail {

struct stream_state_answer {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_seq = 0;
  std::optional<timestamp> first_ts;
  std::uint64_t last_seq = 0;
  std::optional<timestamp> last_ts;
  std::optional<std::uint64_t> num_subjects;
  std::optional<std::uint64_t> num_deleted;
  std::uint64_t consumer_count = 0;
};

struct source_answer {
  std::string name;
  std::optional<std::uint64_t> lag;
  std::optional<std::int64_t> active;
};

/// How the server describes a stream; the names are its own.
struct stream_answer {
  std::optional<json_fields> config;
  std::optional<timestamp> created;
  std::optional<stream_state_answer> state;
  std::optional<cluster_answer> cluster;
  std::optional<source_answer> mirror;
  std::optional<std::vector<source_answer>> sources;
  std::optional<bool> did_create;
  std::optional<std::string> ts;  ///< from server 2.10 on
  std::optional<api_error> error;
};

/// Throws the answer's error; `what` is "stream ORDERS".
stream_info info_of(const stream_answer& answer, const std::string& what);

}  // namespace weir::nats::detail
