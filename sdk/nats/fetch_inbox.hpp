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

  task<fetched> fetch(std::size_t count, duration expires);

  connection_core& core() const noexcept { return core_; }
  const std::string& stream_name() const noexcept { return stream_; }
  const std::string& name() const noexcept { return name_; }

 private:
  void on_message(message received) noexcept override;
  void on_no_responders(std::string_view subject) noexcept override;
  void on_connected() noexcept override {}
  void on_disconnected(const error& why) noexcept override;
  void end(fetch_end how, std::string reason) noexcept;
  task<bool> is_deleted();
  void pull(duration expires);
  void drop_expired() noexcept;

  connection_core& core_;
  const std::string stream_;
  const std::string name_;
  const std::string subject_;
  const duration ack_wait_;
  semaphore turn_{1};
  std::vector<delivery> came_;  // Outlives a fetch that is cancelled.
  std::size_t wanted_ = 0;      // 0 between fetches
  std::uint64_t pulls_ = 0;
  fetch_end end_ = fetch_end::complete;
  std::string reason_;
  manual_reset_event ended_;
};

}  // namespace weir::nats::detail
