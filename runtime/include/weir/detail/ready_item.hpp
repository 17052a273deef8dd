// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>

namespace weir::detail {

class promise_base;

/// A suspended coroutine's place in the queue of those to resume on the loop's next turn.
struct ready_item {
  std::coroutine_handle<> coroutine;
  promise_base* promise = nullptr;  ///< Of that coroutine.
  ready_item* next = nullptr;
};

/// A first-in first-out list of ready_items; owns nothing.
class ready_queue {
 public:
  bool empty() const noexcept { return first_ == nullptr; }

  void push(ready_item& item) noexcept {
    item.next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = &item;
    last_ = &item;
  }

  ready_item* pop() noexcept {
    ready_item* item = first_;
    if (item != nullptr) first_ = item->next;
    return item;
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const ready_item* at = first_; at != nullptr; at = at->next) visit(*at);
  }

 private:
  ready_item* first_ = nullptr;
  ready_item* last_ = nullptr;
};

/// Chooses which of the ready tasks goes on next, where that is not to be the first that came.
class ready_order {
 public:
  /// Takes one out of `waiting`, or what it took out before; null when there is none.
  virtual ready_item* next(ready_queue& waiting) noexcept = 0;
  /// True when the item of this promise is among those taken out and not yet given.
  virtual bool holds(const promise_base& promise) const noexcept = 0;

 protected:
  ~ready_order() = default;
};

}  // namespace weir::detail
