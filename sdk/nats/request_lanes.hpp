// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "inbox.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/semaphore.hpp"

namespace weir::nats::detail {

class connection_core;

/// The error of a question that reached nobody.
error no_responders(const char* subject);

/// One inbox with one question in flight: so a "no responders", which does not say what it answers,
/// can only belong to that question.
class request_lane final : public inbox {
 public:
  enum class outcome : unsigned char { waiting, answered, no_responders, disconnected };

  explicit request_lane(connection_core& core);
  ~request_lane();

  outcome came = outcome::disconnected;
  std::optional<message> answer;
  manual_reset_event done;

  /// Begins a question; its answers come to the address that this gives.
  std::string begin();

 private:
  void on_message(message received) noexcept override;
  void on_no_responders(std::string_view subject) noexcept override;
  void on_connected() noexcept override {}
  void on_disconnected(const error& why) noexcept override;
  void end(outcome how) noexcept;

  connection_core& core_;
  std::uint64_t question_ = 0;
  std::string token_;
};

/// Questions and their answers, each in a lane of its own while it is in flight.
///
/// Lanes are made when all others are in use, and kept for the next question, some of them; each is
/// one subscription. One whose question was given up is not used again: a "no responders" that is
/// still on its way would be taken for the next question's.
class request_lanes {
 public:
  /// At most `lanes` questions are in flight; more wait, first come first served.
  request_lanes(connection_core& core, std::size_t lanes);

  /// Publishes to `subject` with a fresh address for the answer, and gives the answer. Again after
  /// a lost connection, or where nobody listens yet, so what it asks must bear repetition;
  /// `unavailable` (retry) when `limit` has passed.
  task<message> ask(const std::string& subject, std::string_view payload, duration limit);

  /// Publishes `question`, whose reply is null, once, when there is a connection, and gives the
  /// answer. Throws `unavailable` where nobody listens, and when the connection is lost before the
  /// answer came. `is_sent` tells how far it got.
  task<message> ask_once(const outgoing& question, bool& is_sent);

  /// Asks itself, once: the answer proves that the server has read everything sent before, and
  /// that it is alive. Throws `unavailable` or `deadline_exceeded` (retry).
  task<> echo(duration limit);

 private:
  class lease;

  task<message> ask_until_answered(const std::string& subject, std::string_view payload);
  task<request_lane::outcome> put(request_lane& lane, const outgoing* question);
  task<> echo_once();

  connection_core& core_;
  semaphore free_;
  std::vector<std::unique_ptr<request_lane>> idle_;
};

}  // namespace weir::nats::detail
