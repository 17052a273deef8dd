// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/detail/intrusive_list.hpp"
#include "weir/nats/delivery.hpp"
#include "weir/service/meta.hpp"
#include "weir/service/publications.hpp"

namespace weir::detail {

/// One message from its delivery to its settlement: what a consumer's parts hand to each other.
struct job : list_hook {
  explicit job(nats::delivery delivered) : message(std::move(delivered)) {}
  ~job() { unlink(); }  // From the consumer's list of what runs.

  nats::delivery message;
  publications events;             ///< What its handler published in the present attempt.
  std::size_t statements_end = 0;  ///< In a group commit: one past its last statement, 0 for none.

  bool in_handler = false;  ///< The handler's own code runs, or has thrown.

  meta about() const noexcept {
    const auto& from = message.info();
    return {.subject = message.subject(),
            .stream = from.stream,
            .consumer = from.consumer,
            .stream_sequence = from.stream_sequence,
            .attempt = from.delivered,
            .published_at = from.time};
  }

  /// What makes the ids of all that comes of this message: the same each time that it is handled,
  /// and another for the message of the same number in a stream that was made anew.
  std::string identity() const;
};

/// "ORDERS:17": where a message stands, for people.
std::string place_of(const meta& about);

}  // namespace weir::detail
