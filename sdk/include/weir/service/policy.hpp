// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "weir/resilience/backoff.hpp"

namespace weir {

/// What a service does with the messages of one handler: who consumes, how many at a time, what
/// happens on failure. A value; each setter returns it.
///
///     weir::durable("order-processor").workers(64)
///         .retry(5, weir::exponential(1s, 5min).full_jitter()).deadline(20s)
///         .dead_letter("dlq.orders")
class durable {
 public:
  static constexpr std::size_t workers_max = 4096;

  /// `name` is that of the durable consumer on the server: the service's memory of what is done.
  explicit durable(std::string name) : name_(std::move(name)) {}

  /// How many messages are handled at the same time; no more are ever taken from the server. With a
  /// group-commit handler it is how many events wait for their commit.
  durable& workers(std::size_t count);
  /// How often a message is tried before it is given up, and how long the server waits between:
  /// what `waits` gives for the number of the delivery, see backoff::delay().
  durable& retry(std::size_t attempts, const weir::backoff& waits);
  /// How long one attempt may take, its SQL included.
  durable& deadline(duration limit);
  /// How long the server waits for a message that it hears nothing of before it delivers it again,
  /// so the delay with which what a crashed service held comes back: at least a second. A handler
  /// that runs for longer keeps its message, which is renewed three times in that time.
  durable& ack_wait(duration wait);
  /// The subject that takes messages which cannot be handled. Without it they stay in the stream.
  durable& dead_letter(std::string subject);

  const std::string& name() const noexcept { return name_; }
  std::size_t workers() const noexcept { return workers_; }
  std::size_t attempts() const noexcept { return attempts_; }
  const weir::backoff& backoff() const noexcept { return backoff_; }
  duration deadline() const noexcept { return deadline_; }
  duration ack_wait() const noexcept { return ack_wait_; }
  const std::string& dead_letter() const noexcept { return dead_letter_; }

 private:
  std::string name_;
  std::size_t workers_ = 16;
  std::size_t attempts_ = 5;
  weir::backoff backoff_ =
      exponential(std::chrono::seconds(1), std::chrono::minutes(5)).full_jitter();
  duration deadline_ = std::chrono::seconds(20);
  duration ack_wait_ = std::chrono::seconds(30);
  std::string dead_letter_;
};

}  // namespace weir
