// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>

#include "inbox.hpp"
#include "weir/semaphore.hpp"
#include "weir/task.hpp"

namespace weir::nats::detail {

class connection_core;

/// The error of a question that reached nobody.
error no_responders(std::string_view subject);

/// Questions and their answers: one inbox for all, each question with a token of its own, by which
/// its answer, or that it reached nobody, finds it.
class question_inbox final : public inbox {
 public:
  /// At most `in_flight_max` questions are in flight; more wait, first come first served.
  question_inbox(connection_core& core, std::size_t in_flight_max);
  ~question_inbox();

  /// Publishes to `subject` with a fresh address for the answer, and gives the answer. Again after
  /// a lost connection, or where nobody listens yet, so what it asks must bear repetition;
  /// `unavailable` (retry) when `limit` has passed.
  task<message> ask(const std::string& subject, std::string_view payload, duration limit);

  /// Publishes `what`, whose reply is null, once, when there is a connection, and gives the
  /// answer. Throws `unavailable` where nobody listens, and when the connection is lost before the
  /// answer came. `is_sent` tells how far it got.
  task<message> ask_once(const outgoing& what, bool& is_sent);

 private:
  enum class outcome : unsigned char {
    waiting,
    answered,
    no_responders,
    disconnected,
    not_permitted
  };
  struct question;
  class place;

  void on_message(message received) noexcept override;
  void on_no_responders(std::string_view subject) noexcept override;
  void on_connected() noexcept override { refused_.reset(); }
  void on_disconnected(const error& why) noexcept override;
  void on_not_permitted(const refusal& refused) noexcept override;
  question* find(std::string_view subject) noexcept;

  task<message> ask_until_answered(const std::string& subject, std::string_view payload);
  /// Sends it with an address for the answer, and waits until `asked` has ended.
  task<> put(place& at, question& asked, outgoing out);

  connection_core& core_;
  semaphore free_;
  std::uint64_t asked_ = 0;
  std::optional<refusal> refused_;  // of this inbox, by the present connection's server
  std::unordered_map<std::uint64_t, question*> waiting_;
};

}  // namespace weir::nats::detail
