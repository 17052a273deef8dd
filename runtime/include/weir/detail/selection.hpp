// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "weir/detail/suspension.hpp"

namespace weir::detail {

/// The wait for the first of several suspensions: select() without its types.
///
/// The arms have no cancellation of their own; the selection has it for them. The first arm that
/// wakes wins, and the others are stopped before its wake() returns, so that none of them can take
/// anything any more. A stopped arm that must wait for its end (a poll in the kernel) is awaited.
///
/// What this asks of an arm: on_stop() first leaves its queue, then calls wake(), and only then
/// lets those behind it pass.
class selection : public suspension, private wake_listener {
 public:
  struct arm {
    suspension* leaf = nullptr;
    bool is_stopping = false;
  };

 protected:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  selection() = default;
  selection(selection&&) = default;
  ~selection() = default;

  /// To be called once parked, before the first add().
  void begin(std::span<arm> arms) noexcept { arms_ = arms; }
  /// Counts in the arm `index`, which is about to park.
  void add(std::size_t index, suspension& leaf) noexcept;
  /// The arm that was added last did not park: its operation is done.
  void added_is_done() noexcept;
  /// After the last add(): from here the selection may wake.
  void arm_all() noexcept;

  std::size_t winner() const noexcept { return winner_; }
  void set_winner(std::size_t index) noexcept { winner_ = index; }

 private:
  void on_wake(suspension& woken) noexcept final;
  void on_stop() noexcept final { stop_arms(); }
  void stop_arms() noexcept;
  void wake_if_ended() noexcept;

  std::span<arm> arms_;
  std::size_t added_ = 0;
  std::size_t waiting_ = 0;  ///< Arms that are parked.
  std::size_t winner_ = none;
  suspension* stopped_now_ = nullptr;
  bool is_armed_ = false;
};

}  // namespace weir::detail
