// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weir/timestamp.hpp"

namespace weir::nats {

/// Subjects that fit the one pattern are changed into the other (server 2.10): "orders.*" into
/// "archive.{{wildcard(1)}}".
struct subject_transform {
  std::string source;
  std::string destination;

  friend bool operator==(const subject_transform&, const subject_transform&) = default;
};

/// A stream in another account or domain, and how this one reaches it.
struct external_stream {
  std::string api;      ///< the prefix of its JetStream API: "$JS.hub.API"
  std::string deliver;  ///< the prefix of the subjects that its messages come on; may be empty

  friend bool operator==(const external_stream&, const external_stream&) = default;
};

/// Another stream that one takes its messages from.
struct stream_source {
  std::string name;
  std::optional<std::uint64_t> start_sequence;
  std::optional<timestamp> start_time;
  std::string filter_subject;                 ///< empty: all
  std::vector<subject_transform> transforms;  ///< instead of filter_subject; server 2.10
  std::optional<external_stream> external;

  friend bool operator==(const stream_source&, const stream_source&) = default;
};

}  // namespace weir::nats
