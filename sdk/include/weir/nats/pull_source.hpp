// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/nats/delivery.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/nats/pull_options.hpp"

namespace weir::nats {
namespace detail {
class pull_state;
}

/// The messages of a pull consumer without end, fetched ahead as far as there are free slots.
///
/// A slot is taken from the moment that a message is asked for until its delivery is finished (or
/// destroyed), so that no more than `slots` are ever unfinished. Messages that wait in here keep
/// their lease: the server is told that they are in progress. What waited past its ack_wait all the
/// same, without a connection say, is dropped and counted, since the server delivers it again. A
/// lost connection is waited out; what was delivered over it can still be finished.
///
/// One that is destroyed without close() is closed in the connection's background. Must not outlive
/// the connection; its deliveries may outlive it.
class pull_source {
 public:
  /// Asks the server for the consumer and starts to pull. Throws `not_found`, `invalid_argument`
  /// for options that cannot be, `unsupported` for what the server is too old for.
  static task<pull_source> open(jetstream js, std::string stream, std::string consumer,
                                pull_options options = {});
  pull_source(pull_source&&) noexcept;
  pull_source& operator=(pull_source&&) = delete;
  ~pull_source();

  /// Suspends until there is a message; nothing once the source was stopped, or its connection was
  /// closed. Throws `not_found` when the consumer was deleted, and what the server refuses for
  /// good. Any number of tasks may wait; first come, first served.
  task<std::optional<delivery>> next();
  /// The same for as many as there are at once, at most `max`; empty once stopped.
  task<std::vector<delivery>> next_batch(std::size_t max);

  /// From now on asks for no more than to have so many deliveries unfinished, at most the `slots`
  /// of its options; 0 pulls nothing until told otherwise. What is asked for already still comes.
  void limit(std::size_t slots) noexcept;

  /// Pulls no more and gives back to the server what waits in here, and until close() what is still
  /// on its way; deliveries that were handed out are not touched.
  void stop() noexcept;
  /// stop(), and the end of what runs in the background. Waits for the server's answer, for two
  /// seconds at most: then nothing is on its way any more. Is not cancelled.
  task<> close();

  /// Deliveries that are not finished, those that wait in here included.
  std::size_t unfinished() const noexcept;
  const pull_counters& counters() const noexcept;
  /// The consumer, as it was when the source was opened.
  const consumer_info& consumer() const noexcept;

 private:
  explicit pull_source(std::shared_ptr<detail::pull_state> state) noexcept;

  std::shared_ptr<detail::pull_state> state_;
};

}  // namespace weir::nats
