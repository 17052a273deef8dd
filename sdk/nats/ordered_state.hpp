// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>

#include "inbox.hpp"
#include "pull_ledger.hpp"
#include "pull_limits.hpp"
#include "pull_status.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/ordered_consumer.hpp"
#include "weir/scope.hpp"

namespace weir::nats::detail {

class connection_core;

/// What is behind an ordered_consumer: the consumer at the server, and the place that was reached.
class ordered_state final : public inbox, public std::enable_shared_from_this<ordered_state> {
 public:
  ordered_state(connection_core& core, std::string stream, ordered_options options);
  ~ordered_state();

  /// Makes the consumer for the first time; throws what the server says.
  task<> start();
  task<std::optional<stream_message>> next();
  task<> close();
  /// close() of a state that only the task owns.
  static task<> close_abandoned(std::shared_ptr<ordered_state> left);

  connection_core& core() const noexcept { return core_; }
  bool is_closed() const noexcept { return !is_linked(); }
  std::uint64_t pending_at_start() const noexcept { return pending_at_start_; }
  std::uint64_t resets() const noexcept { return resets_; }

 private:
  void on_message(message received) noexcept override;
  void on_no_responders(std::string_view subject) noexcept override;
  void on_connected() noexcept override { wake_.set(); }
  void on_disconnected(const error& why) noexcept override;
  void on_not_permitted(const refusal& refused) noexcept override;
  void on_closed() noexcept override;

  void on_status(std::string_view token, const message& received) noexcept;
  void on_heartbeat(const message& received) noexcept;
  void on_limit(std::uint64_t number, const pull_status& status) noexcept;
  /// The present consumer would refuse every pull.
  void on_refusal(const pull_status& status) noexcept;
  /// False for what the pulls of an older consumer are told, perhaps of its removal.
  bool is_of_present(std::string_view token) const noexcept;
  /// Something may be missing, or the consumer is gone.
  void want_reset() noexcept;
  static task<> end_with_connection(std::shared_ptr<ordered_state> state);
  /// Suspends until none of its tasks runs any more.
  task<> end_reading();
  task<> make();
  task<> make_again();
  task<> keep_reading();
  task<> keep_watch();
  task<> remove(std::string name);
  void pull_if_worth();
  void pull(std::size_t count, std::size_t bytes);
  /// The bytes that a pull may ask for now; nothing while it must wait.
  std::optional<std::size_t> free_bytes() const noexcept;

  struct waiting {
    stream_message message;
    std::size_t bytes;  // as the server counts them
  };

  connection_core& core_;
  const std::string stream_;
  const ordered_options options_;

  std::string name_;                  // of the consumer at the server; each has another
  std::uint64_t consumer_seen_ = 0;   // its sequence of the last message that came
  std::uint64_t stream_seen_ = 0;     // all up to here came, or were not asked for
  std::uint64_t last_ones_left_ = 0;  // of last_per_subject, before those that come later
  bool by_place_ = false;             // the present consumer begins behind stream_seen_
  bool needs_reset_ = false;
  unsigned failures_ = 0;  // in a row, without a message between

  pull_ledger ledger_;
  std::uint64_t pulls_ = 0;
  std::uint64_t pulls_before_ = 0;  // of consumers before the present one
  pull_limits limits_{consumer_config{}};
  std::uint64_t pulls_unlimited_ = 0;  // asked for before the last limit was learned
  std::size_t ready_bytes_ = 0;
  std::size_t bytes_needed_ = 0;  // by the next message, at least; 0: not known
  time_point heard_at_;
  std::deque<waiting> ready_;
  manual_reset_event came_;  // something in ready_, or the end
  manual_reset_event wake_;
  std::optional<error> failure_;
  std::uint64_t pending_at_start_ = 0;
  std::uint64_t resets_ = 0;
  bool closed_ = false;
  bool ending_ = false;
  manual_reset_event ended_;
  scope background_;
};

}  // namespace weir::nats::detail
