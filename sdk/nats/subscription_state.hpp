// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "subscriber.hpp"
#include "waiting_messages.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/semaphore.hpp"

namespace weir::nats::detail {

class connection_core;

/// What is behind a subscription. The tasks that wait for its messages share it with the handle, so
/// that the handle may go first.
class subscription_state final : public subscriber {
 public:
  enum class purpose : unsigned char {
    subscription,
    answers,  ///< To one question; it ends when that reached nobody.
  };

  subscription_state(connection_core& core, std::string pattern, subscription_options options,
                     purpose of = purpose::subscription);
  ~subscription_state();

  static task<std::optional<message>> next(std::shared_ptr<subscription_state> self);
  static task<std::vector<message>> next_batch(std::shared_ptr<subscription_state> self,
                                               std::size_t max);
  static task<> drain(std::shared_ptr<subscription_state> self, duration limit);
  void unsubscribe() noexcept;

  bool has_ended() const noexcept { return ended_; }
  /// The question that this subscription is for reached nobody.
  bool had_no_responders() const noexcept { return no_responders_; }
  const waiting_messages& waiting() const noexcept { return waiting_; }
  connection_core& core() const noexcept { return core_; }

 private:
  void on_message(message received) noexcept override;
  void on_no_responders(std::string_view subject) noexcept override;
  void on_connected() noexcept override;
  void on_disconnected(const error& why) noexcept override;
  void on_not_permitted(const refusal& refused) noexcept override;
  void on_drain() noexcept override;
  void on_drained() noexcept override;
  void on_closed() noexcept override;
  std::optional<subscription_request> request_on(std::string address) override;

  task<> wait_for_something();
  /// The next message, or nothing at the end; throws the gap or the failure that is next instead.
  std::optional<message> take();
  error gap_error(const message_gap& gap, disposition what_to_do) const;
  /// Tells the server that nothing more is wanted.
  void leave() noexcept;
  void end() noexcept;

  connection_core& core_;
  const std::string pattern_;
  const subscription_options options_;
  const purpose purpose_;
  waiting_messages waiting_;
  std::uint64_t received_ = 0;
  semaphore turn_{1};  ///< Of the readers: one waits, the others queue behind it.
  manual_reset_event changed_;
  std::optional<error> failure_;  ///< thrown when all that waited is taken
  bool connection_lost_ = false;
  bool draining_ = false;
  bool drains_with_connection_ = false;  ///< and not, or not only, by itself
  bool no_responders_ = false;
  bool ended_ = false;
};

}  // namespace weir::nats::detail
