// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace weir::nats::detail::model {

/// What the server publishes about a consumer and its messages; the names are the server's.
struct advisory {
  std::string type;
  std::string id = {};
  std::string timestamp = {};
  std::string stream;
  std::optional<std::string> consumer = {};
  std::optional<std::string> action = {};
  std::optional<std::uint64_t> consumer_seq = {};
  std::optional<std::uint64_t> stream_seq = {};
  std::optional<std::uint64_t> deliveries = {};
};

/// "io.nats.jetstream.advisory.v1.<name>"
inline std::string advisory_type(const char* name) {
  return std::string("io.nats.jetstream.advisory.v1.") + name;
}

/// "$JS.EVENT.ADVISORY.<kind>.<stream>[.<consumer>]"
inline std::string advisory_subject(const char* kind, const std::string& stream,
                                    const std::string& consumer = {}) {
  return std::string("$JS.EVENT.ADVISORY.") + kind + "." + stream +
         (consumer.empty() ? "" : "." + consumer);
}

}  // namespace weir::nats::detail::model
