// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <deque>
#include <map>

#include "inbox.hpp"
#include "pull_ledger.hpp"
#include "pull_limits.hpp"
#include "pull_status.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/pull_source.hpp"
#include "weir/scope.hpp"
#include "weir/semaphore.hpp"

namespace weir::nats::detail {

class connection_core;

/// What is behind a pull_source: the pulls that wait at the server, and the messages that came.
///
/// Shared with the deliveries, which give their slots back to it.
class pull_state final : public inbox,
                         public delivery_slots,
                         public std::enable_shared_from_this<pull_state> {
 public:
  pull_state(connection_core& core, nats::consumer_info of, pull_options options);
  ~pull_state() override;

  /// Begins to pull.
  void start();
  task<std::optional<delivery>> next();
  /// A message that is here already.
  std::optional<delivery> try_next(time_point now);
  void limit(std::size_t slots) noexcept {
    slots_ = std::min(slots, options_.slots);
    wants_pull_.set();
  }
  void stop() noexcept;
  /// Whoever would take what is left may be gone.
  void forget_who_takes() noexcept { on_left_ = nullptr; }
  task<> close();
  /// close() of a state that the task owns, perhaps alone.
  static task<> close_abandoned(std::shared_ptr<pull_state> left);

  connection_core& core() const noexcept { return core_; }
  bool is_closed() const noexcept { return !is_linked(); }
  std::size_t unfinished() const noexcept { return unfinished_; }
  /// How many have come and wait to be taken.
  std::size_t waiting() const noexcept { return ready_.size(); }
  const nats::consumer_info& consumer() const noexcept { return consumer_; }
  const pull_counters& counters() const noexcept { return counters_; }

 private:
  /// So many troubles in a row, and the server is asked whether the consumer still exists.
  static constexpr unsigned troubles_before_check = 2;
  /// So many pulls are made at once where the consumer lets one ask for few messages only.
  static constexpr int pulls_at_once_max = 16;

  void on_message(message received) noexcept override;
  void on_no_responders(std::string_view subject) noexcept override;
  void on_connected() noexcept override { wants_pull_.set(); }
  void on_disconnected(const error& why) noexcept override;
  void on_drain() noexcept override { stop(); }
  void on_closed() noexcept override;
  void on_not_permitted(const refusal& refused) noexcept override;
  void finished(std::uint64_t stream_sequence, std::size_t charged,
                bool acknowledged) noexcept override;

  void on_status(std::string_view token, const pull_status& status) noexcept;
  void on_trouble(const std::string& why) noexcept;
  void on_too_large(const pull_status& status) noexcept;
  void on_limit(const pull_status& status) noexcept;
  void tell_limits() noexcept;
  void tell(pull_event::kind what, const std::string& text) noexcept;
  task<> wait_for_pulls();
  task<> end_intake();
  task<> keep_pulling();
  task<> check_consumer();
  void pull_if_worth();
  /// What the unfinished may have together; 0: any number.
  std::size_t max_bytes() const noexcept;
  std::optional<std::size_t> free_bytes() const noexcept;
  void pull(std::size_t count, std::size_t bytes);
  task<> keep_watch();
  void watch_pulls(time_point now);
  void renew_leases(time_point now);
  std::optional<delivery> take_ready(time_point now);
  void drop_expired(time_point now);
  void note_expired(std::size_t count) noexcept;
  void watch_for_stall(time_point now);
  task<> check_stall();
  void fail(error why) noexcept;
  void wake_all() noexcept;

  connection_core& core_;
  const nats::consumer_info consumer_;
  const pull_options options_;
  std::function<void(delivery)> on_left_ = options_.on_left;
  std::size_t slots_ = options_.slots;  ///< As many as are used now.
  const std::string subject_;
  const std::string shown_;  // "consumer x of stream Y"
  const duration watch_interval_;

  const bool acks_all_;  // an acknowledgement finishes what was delivered before it, too
  pull_limits limits_;
  pull_ledger ledger_;
  std::uint64_t pulls_ = 0;
  std::size_t unfinished_ = 0;
  std::size_t unfinished_bytes_ = 0;
  std::multimap<std::uint64_t, std::size_t> held_;  // with acks_all_: the unfinished by stream
                                                    // sequence, and their bytes
  std::size_t bytes_needed_ = 0;                    // by the next message, at least; 0: not known
  std::string pin_;  // of the priority group; empty while another client has it
  std::deque<delivery> ready_;
  semaphore ready_count_{0};
  std::size_t waiters_ = 0;
  manual_reset_event wants_pull_;
  unsigned troubles_ = 0;    // in a row: no leader, lost pulls, refusals
  std::uint64_t heard_ = 0;  // whatever came for this source
  std::uint64_t heard_before_ = 0;
  std::uint64_t behind_last_ = 0;  // messages that the server had yet to send, at the last one
  unsigned silent_watches_ = 0;
  time_point quiet_since_;  // no message, though they were asked for; moves on with each look
  duration quiet_limit_;    // how long until the next look at the consumer
  bool looks_for_stall_ = false;
  pull_counters counters_;
  bool stopped_ = false;
  manual_reset_event intake_ended_;
  bool ending_ = false;
  manual_reset_event ended_;  // Nothing of it runs any more.
  std::optional<error> failure_;
  scope background_;
};

}  // namespace weir::nats::detail
