// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include "weir/detail/intrusive_list.hpp"
#include "weir/nats/delivery.hpp"
#include "weir/observe/span.hpp"
#include "weir/service/detail/handler_entry.hpp"

namespace weir::detail {

/// One message from its delivery to its settlement: what a consumer's parts hand to each other.
struct job : list_hook {
  explicit job(nats::delivery delivered);
  ~job() { unlink(); }  // From the consumer's list of what runs.

  nats::delivery message;
  std::string message_id;  ///< See meta::message_id.
  event_holder event{nullptr, nullptr};
  std::string key;            ///< Of its lane; empty for none.
  std::uint64_t retries = 0;  ///< Failures that were tried again without giving it back.
  std::uint64_t untried = 0;  ///< Deliveries that were given back before any try.
  std::optional<std::uint64_t> given_back;  ///< Other programs' deliveries that were no attempts.
  bool may_be_handled = false;  ///< Its work may be committed already: the inbox is asked first.
  bool is_outdated = false;     ///< Its version is not newer than the one handled last.
  bool was_met = false;         ///< Its handling has begun at least once.
  bool was_begun = false;       ///< The last try got as far as the handler.
  bool was_silenced = false;    ///< The database stood still while it was tried.
  std::uint64_t excuses = 0;    ///< How often it was late, and that may have been the reason.
  bool in_handler = false;      ///< The handler's own code runs, or has thrown.
  trace_context came;           ///< The trace that it has come with; may be none.
  trace_context trace;          ///< What comes of it belongs to: of the last try.
  span commit;                  ///< Of the present try.

  /// The message's id, by its event. Throws poison for one that is too long, or empty.
  void identify(std::string id);

  /// Which try of it this is, as far as is known.
  std::uint64_t attempt() const noexcept {
    const std::uint64_t none = untried + given_back.value_or(0);
    return message.info().delivered - std::min(none, message.info().delivered - 1) + retries;
  }

  meta about() const noexcept {
    const auto& from = message.info();
    return {.subject = message.subject(),
            .stream = from.stream,
            .consumer = from.consumer,
            .message_id = message_id,
            .stream_sequence = from.stream_sequence,
            .attempt = attempt(),
            .published_at = from.time,
            .correlation_id = correlation_id(),
            .message = &message.message()};
  }

  /// See meta::correlation_id.
  std::string_view correlation_id() const;

  /// What makes the ids of all that comes of this message: the same each time that it is handled,
  /// and another for the message of the same number in a stream that was made anew.
  std::string identity() const;
};

/// "ORDERS:17": where a message stands, for people.
std::string place_of(const meta& about);

}  // namespace weir::detail
