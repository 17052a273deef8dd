// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "body_template.hpp"
#include "interruption.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::tools {

inline constexpr std::size_t publish_count_max = 100'000'000;
inline constexpr std::size_t publish_rate_max = 1'000'000;  // a second

struct publish_request {
  std::string subject;
  body_template body = body_template::literal({});
  /// Names and templates of values.
  std::vector<std::pair<std::string, body_template>> headers = {};
  /// Of the Nats-Msg-Id; empty: a fresh one for each.
  std::string id_template = {};
  std::uint64_t count = 1;
  std::size_t rate = 0;  ///< a second; 0: as fast as they are confirmed
  std::uint64_t seed = 0;
  bool json = false;
};

/// What became of the messages.
struct publish_outcome {
  std::string stream;  ///< empty: no stream keeps the subject
  std::uint64_t published = 0;
  std::uint64_t duplicates = 0;  ///< of those, the ones whose id the stream had already
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t failed = 0;
  std::string failure;  ///< of the first that failed

  bool is_complete(std::uint64_t wanted) const noexcept {
    return failed == 0 && published == wanted;
  }
};

/// Publishes messages, and says at the end what became of them. Where a stream keeps the subject,
/// each is confirmed by it; else they have only been sent, and that is said. Stops between two
/// messages when that is wanted, or when one failed.
task<publish_outcome> publish(nats::connection& over, publish_request wanted, interruption& stop,
                              std::ostream& out);

}  // namespace weir::tools
