// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "weir/nats/publish_options.hpp"
#include "weir/task.hpp"

namespace weir::nats {
namespace detail {
class publication_slot;
}

/// A stream's confirmation that it holds a message.
struct publish_ack {
  std::string stream;
  std::uint64_t sequence = 0;
  /// True when the stream held a message with this id already, within its duplicate window; it may
  /// be this very message, sent again because its first confirmation was lost.
  bool duplicate = false;
};

/// A message on its way into a stream; it is sent again until confirmed, or its deadline passes.
///
/// Wait for `confirmed()` to know that it is stored. One that is dropped instead is given up: it
/// may be stored or not. Must not outlive the connection.
class [[nodiscard]] publication {
 public:
  explicit publication(detail::publication_slot& slot) noexcept : slot_(&slot) {}
  publication(publication&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
  publication& operator=(publication&& other) noexcept {
    std::swap(slot_, other.slot_);
    return *this;
  }
  ~publication();

  /// Suspends until the stream has confirmed. Throws what the stream refused (permanent: `conflict`
  /// for an expectation that was not met, `limit_exceeded` for a size, else `invalid_argument`);
  /// `limit_exceeded` at once where the stream, or its subject, is full and discards what is new,
  /// or the account is full (retry, since consumers may make room); `deadline_exceeded` or `closed`
  /// (retry: with the same id it will not be stored twice).
  task<publish_ack> confirmed();

 private:
  detail::publication_slot* slot_;
};

}  // namespace weir::nats
