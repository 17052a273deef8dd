// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "server_feature.hpp"
#include "weir/nats/publish_options.hpp"

namespace weir::nats::detail {

/// What the options of a publication become on the wire.
struct publish_headers {
  nats::headers all;
  /// What the server must know; the newest is all that matters. Null: any server will do.
  const server_feature* needs = nullptr;
};

/// Checks the options. Throws a permanent `invalid_argument`; `subject` is for its text.
publish_headers make_publish_headers(const std::string& subject, const publish_options& options);

inline constexpr const char* expected_last_sequence_header = "Nats-Expected-Last-Sequence";
inline constexpr const char* expected_last_subject_sequence_header =
    "Nats-Expected-Last-Subject-Sequence";

}  // namespace weir::nats::detail
