// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "weir/manual_reset_event.hpp"
#include "weir/resilience/backoff.hpp"
#include "weir/resilience/detail/rolling_counts.hpp"
#include "weir/resilience/detail/work.hpp"
#include "weir/resilience/error_predicate.hpp"

namespace weir {

enum class breaker_state : unsigned char {
  closed,     ///< Calls go through, and their failures are counted.
  open,       ///< Calls are refused.
  half_open,  ///< A few calls go through, the probes; what comes of them decides.
};

std::string_view to_string(breaker_state value) noexcept;

/// What the listener of a circuit breaker is told.
struct breaker_change {
  breaker_state from;
  breaker_state to;
  std::string_view why;  ///< Holds while the listener runs.
  duration open_for;     ///< How long calls will be refused; zero unless it opens.
};

/// When a circuit breaker opens, and when it closes again.
struct breaker_options {
  static constexpr std::size_t probes_max = 1000;

  std::string name = "unnamed";  ///< Stands in errors.
  /// Opens after so many failures one after the other; 0: they are not looked at.
  std::size_t consecutive_failures = 5;
  /// Opens when at least this part (0 to 1) of the calls that ended in the last `window` failed,
  /// if there were at least `calls_min`; 0: not looked at.
  double failure_ratio = 0;
  duration window = std::chrono::seconds(10);  ///< At least a microsecond.
  std::size_t calls_min = 20;
  /// How long it stays open, by how often it has opened since it was closed last.
  backoff open_for = exponential(std::chrono::seconds(5), std::chrono::minutes(1));
  /// So many calls are let through after that; it closes when all have succeeded, and opens again
  /// at the first failure.
  std::size_t probes = 1;
  /// Which errors are failures. Others, and cancellations, count as if the call had not been made.
  error_predicate counts = tells_of_trouble;
  /// Is told of each change, at once; must not throw, nor use the breaker.
  std::function<void(const breaker_change&)> on_change = nullptr;
};

/// Spares one who is in trouble the calls that would fail: after too many failures calls are
/// refused for some time, and then a few are tried.
///
/// One breaker for each server or resource that fails by itself, shared by all who call it. For
/// one loop; must outlive its runs, admissions and waiters. A breaker waits for nothing by itself:
/// it goes from open to half open when, after its time, somebody asks it to admit a call.
///
///     weir::circuit_breaker payments({.name = "payments"});
///     const receipt paid = co_await payments.run(pay(order));
class circuit_breaker {
 public:
  class admission;

  /// Throws `invalid_argument` for options that cannot work.
  explicit circuit_breaker(breaker_options options);
  circuit_breaker(const circuit_breaker&) = delete;
  circuit_breaker& operator=(const circuit_breaker&) = delete;

  /// Runs `work`, an awaitable or a function that makes one, and counts what comes of it.
  ///
  /// Throws what the work throws; `unavailable` (retry), without having begun the work, while calls
  /// are refused. The work needs a time limit of its own: a probe that does not end leaves the
  /// breaker half open.
  template <class Work>
  task<detail::work_value<Work>> run(Work work);

  /// The same for who sees the end of a call elsewhere: lets one call through, or throws
  /// `unavailable` (retry), with the cause and the time left in its text.
  admission admit();
  /// The same; nothing where admit() would throw.
  std::optional<admission> try_admit();
  /// Whether admit() would let a call through now.
  bool admits() const noexcept;
  /// Suspends until admits(). Reserves nothing: of many who wait, some may find that others came
  /// first, and wait again. Throws when cancelled.
  task<> wait_admitting();

  /// The state as of the last call that was admitted, refused or ended.
  breaker_state state() const noexcept { return state_; }
  const std::string& name() const noexcept { return options_.name; }
  /// For people: "breaker 'payments', 5 failures in a row, open exponential 5s..1min".
  std::string describe() const;

 private:
  void record_success(std::uint64_t generation) noexcept;
  void record_failure(std::uint64_t generation, const error& why) noexcept;
  void give_back(std::uint64_t generation) noexcept;
  void open(const std::string& rule, const error& last);
  void change_to(breaker_state next);
  error refusal() const;

  breaker_options options_;
  breaker_state state_ = breaker_state::closed;
  /// Counts the changes of state: what a call of an earlier one tells is not about this one.
  std::uint64_t generation_ = 0;
  detail::rolling_counts window_;
  std::size_t failures_in_a_row_ = 0;
  std::uint64_t openings_ = 0;  ///< Since it was closed last.
  duration open_for_{};
  time_point open_until_{};
  std::string why_;  ///< The last change.
  std::size_t probes_left_ = 0;
  std::size_t probes_succeeded_ = 0;
  manual_reset_event changed_;
};

/// One call that was let through, of which the breaker is to be told once how it ended.
///
/// Destroyed untold, as by a cancellation, it counts as if it had not been made: a probe's place is
/// free for another call.
class [[nodiscard]] circuit_breaker::admission {
 public:
  admission(admission&& other) noexcept
      : from_(std::exchange(other.from_, nullptr)), generation_(other.generation_) {}
  admission& operator=(admission&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(generation_, other.generation_);
    return *this;
  }
  ~admission() {
    if (from_ != nullptr) from_->give_back(generation_);
  }

  void record_success() noexcept { take()->record_success(generation_); }
  /// A failure if the options count the error as one, else as if the call had not been made.
  void record_failure(const error& why) noexcept { take()->record_failure(generation_, why); }

 private:
  friend class circuit_breaker;
  admission(circuit_breaker& from, std::uint64_t generation) noexcept
      : from_(&from), generation_(generation) {}
  circuit_breaker* take() noexcept {
    WEIR_ASSERT(from_ != nullptr);  // Told twice.
    return std::exchange(from_, nullptr);
  }

  circuit_breaker* from_;
  std::uint64_t generation_;
};

template <class Work>
task<detail::work_value<Work>> circuit_breaker::run(Work work) {
  admission admitted = admit();
  const auto tell = [&admitted](const error* why) noexcept {
    if (why == nullptr) {
      admitted.record_success();
    } else {
      admitted.record_failure(*why);
    }
  };
  co_return co_await detail::run_observed(std::move(work), tell);
}

}  // namespace weir
