// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "inbox.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/semaphore.hpp"

namespace weir::nats::detail {

/// The address of one consumer's fetches. Messages carry their stream's subject, not the pull's, so
/// one pull at a time is what tells which fetch a message belongs to.
class fetch_inbox final : public inbox {
 public:
  fetch_inbox(connection_core& core, const nats::consumer_info& of);
  ~fetch_inbox();

  /// `done`, if not null, is acknowledged by the same message that pulls, where one is sent.
  task<fetched> fetch(fetch_options wanted, delivery* done = nullptr);

  connection_core& core() const noexcept { return core_; }
  const std::string& stream_name() const noexcept { return stream_; }
  const std::string& name() const noexcept { return name_; }
  /// The longest that the consumer lets a pull wait.
  duration max_expires() const noexcept { return max_expires_; }

 private:
  void on_message(message received) noexcept override;
  void on_no_responders(std::string_view subject) noexcept override;
  void on_connected() noexcept override { refused_.reset(); }
  void on_disconnected(const error& why) noexcept override;
  void on_not_permitted(const refusal& refused) noexcept override;
  void end(fetch_end how, std::string reason) noexcept;
  void check(const fetch_options& wanted) const;
  void pull(const fetch_options& wanted, delivery* done);
  task<> wait_for_end(fetch_options wanted);
  task<bool> is_deleted();
  void drop_expired() noexcept;

  connection_core& core_;
  const std::string stream_;
  const std::string name_;
  const std::string subject_;
  const duration ack_wait_;
  const duration max_expires_;
  semaphore turn_{1};
  std::vector<delivery> came_;  // Outlives a fetch that is cancelled.
  std::size_t wanted_ = 0;      // 0 between fetches
  std::uint64_t pulls_ = 0;
  time_point heard_at_;
  std::string pin_;                 // of the priority group; empty while another client has it
  std::optional<refusal> refused_;  // of this inbox or its pulls, by the present server
  fetch_end end_ = fetch_end::complete;
  std::string reason_;
  manual_reset_event ended_;
};

}  // namespace weir::nats::detail
