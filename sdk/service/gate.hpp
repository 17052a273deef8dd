// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "weir/manual_reset_event.hpp"
#include "weir/rate_limiter.hpp"
#include "weir/service/policy.hpp"

namespace weir::detail {

/// Lets attempts of one handler begin: not while its breaker is open or it is paused, at its rates,
/// and no more at the same time than its limits say.
class gate {
 public:
  class pass;

  /// `on_width` is told how many attempts may be under way from now on; 0 while none is let
  /// through. Once `closing` is set nobody waits any more.
  gate(const durable& policy, const nats::jetstream& jetstream, manual_reset_event& closing,
       std::function<void(std::size_t)> on_width);

  /// Suspends until an attempt may begin; nothing where it had to wait and the gate is closing. The
  /// pass must be destroyed, or told of its end, before the gate.
  task<std::optional<pass>> enter();
  /// Lets nobody through until then.
  void pause_until(time_point when);
  /// How many attempts may be under way now.
  std::size_t width() const noexcept;
  /// Why nobody, or next to nobody, is let through now: for people.
  std::optional<std::string> trouble() const;
  /// How many are.
  std::size_t running() const noexcept { return running_; }
  /// Null where there is none.
  const circuit_breaker* breaker() const noexcept { return breaker_ ? &*breaker_ : nullptr; }
  /// How often its state has changed.
  std::uint64_t breaker_changes() const noexcept { return breaker_changes_; }

 private:
  void leave(const pass& done, std::optional<call_outcome> outcome) noexcept;
  bool is_full() const noexcept;
  bool must_wait() const noexcept;
  task<> wait_for_rates();
  task<bool> wait_for_way();
  task<pass> wait();
  pass make_pass(std::optional<circuit_breaker::admission> admission);
  void tell_width();

  const std::size_t workers_;
  manual_reset_event& closing_;
  std::function<void(std::size_t)> on_width_;
  std::optional<circuit_breaker> breaker_;
  bool is_closed_ = true;  ///< The breaker, if there is one.
  std::uint64_t breaker_changes_ = 0;
  std::optional<adaptive_limit> adaptive_;
  std::optional<rate_limiter> rate_;
  std::optional<shared_rate_limit> shared_rate_;
  std::optional<in_flight_limit::watch> in_flight_;
  time_point paused_until_ = {};
  std::size_t running_ = 0;
  std::size_t told_;
  manual_reset_event left_;  ///< Somebody has, or the width has changed.
};

/// An attempt that was let through.
class [[nodiscard]] gate::pass {
 public:
  pass(pass&& other) noexcept
      : of_(std::exchange(other.of_, nullptr)),
        admission_(std::move(other.admission_)),
        begun_(other.begun_),
        running_(other.running_) {}
  pass& operator=(pass&&) = delete;
  /// Untold: it tells nothing of the handler.
  ~pass() {
    if (of_ != nullptr) of_->leave(*this, std::nullopt);
  }

  void succeeded() noexcept;
  void failed(const error& why) noexcept;

 private:
  friend class gate;
  pass(gate& of, std::optional<circuit_breaker::admission> admission, time_point begun,
       std::size_t running) noexcept
      : of_(&of), admission_(std::move(admission)), begun_(begun), running_(running) {}

  gate* of_;
  std::optional<circuit_breaker::admission> admission_;
  time_point begun_;
  std::size_t running_;  ///< Itself included.
};

}  // namespace weir::detail
