// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_error.hpp"
#include "cluster_answer.hpp"
#include "json_fields.hpp"
#include "weir/nats/consumer_info.hpp"

namespace weir::nats::detail {

struct sequences_answer {
  std::uint64_t consumer_seq = 0;
  std::uint64_t stream_seq = 0;
};

struct priority_group_answer {
  std::string group;
  std::optional<std::string> pinned_client_id;
};

/// How the server describes a consumer; the names are its own.
struct consumer_answer {
  std::optional<std::string> name;
  std::optional<timestamp> created;
  std::optional<json_fields> config;
  std::optional<sequences_answer> delivered;
  std::optional<sequences_answer> ack_floor;
  std::optional<std::uint64_t> num_ack_pending;
  std::optional<std::uint64_t> num_redelivered;
  std::optional<std::uint64_t> num_waiting;
  std::optional<std::uint64_t> num_pending;
  std::optional<cluster_answer> cluster;
  std::optional<bool> paused;
  std::optional<std::int64_t> pause_remaining;
  std::optional<std::vector<priority_group_answer>> priority_groups;
  std::optional<std::string> ts;  ///< from server 2.10 on
  std::optional<api_error> error;
};

/// "consumer worker of stream ORDERS"
inline std::string describe_consumer(const std::string& stream, const std::string& name) {
  return "consumer " + name + " of stream " + stream;
}

/// Throws the answer's error; `name` is for its text.
consumer_info info_of(const consumer_answer& answer, const std::string& stream,
                      const std::string& name);

}  // namespace weir::nats::detail
