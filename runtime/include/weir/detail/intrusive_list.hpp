// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/assert.hpp"

namespace weir::detail {

/// The two links that an object carries to stand in one intrusive_list at a time.
class list_hook {
 public:
  list_hook() = default;
  /// An object may be moved to its place before it stands in a list, not after.
  list_hook(list_hook&& other) noexcept { WEIR_ASSERT(!other.is_linked()); }
  list_hook& operator=(list_hook&&) = delete;
  ~list_hook() { WEIR_ASSERT(!is_linked()); }

  bool is_linked() const noexcept { return next_ != nullptr; }

  void unlink() noexcept {
    if (!is_linked()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  template <class, class>
  friend class intrusive_list;

  list_hook* next_ = nullptr;
  list_hook* previous_ = nullptr;
};

/// A doubly linked list of objects that derive from Hook: no allocation, removal in one step.
///
/// It owns nothing. `Hook` is list_hook or a class derived from it, for objects with several hooks.
template <class T, class Hook = list_hook>
class intrusive_list {
 public:
  intrusive_list() noexcept { head_.next_ = head_.previous_ = &head_; }
  ~intrusive_list() {
    WEIR_ASSERT(empty());
    head_.next_ = head_.previous_ = nullptr;
  }
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;

  bool empty() const noexcept { return head_.next_ == &head_; }

  T& front() noexcept {
    WEIR_ASSERT(!empty());
    return item(head_.next_);
  }

  void push_back(T& value) noexcept {
    list_hook& hook = static_cast<Hook&>(value);
    WEIR_ASSERT(!hook.is_linked());
    hook.next_ = &head_;
    hook.previous_ = head_.previous_;
    head_.previous_->next_ = &hook;
    head_.previous_ = &hook;
  }

  T& pop_front() noexcept {
    T& value = front();
    static_cast<Hook&>(value).unlink();
    return value;
  }

  /// Calls `visit` with each element; it may unlink the element that it is given, no other.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (list_hook* at = head_.next_; at != &head_;) {
      list_hook* following = at->next_;
      visit(item(at));
      at = following;
    }
  }

  /// Calls `visit` with one element after the other until it returns false; it unlinks none.
  template <class Visit>
  void visit_while(Visit&& visit) const {
    const list_hook* at = head_.next_;
    while (at != &head_ && visit(item(at))) at = at->next_;
  }

 private:
  static const T& item(const list_hook* hook) noexcept {
    return static_cast<const T&>(static_cast<const Hook&>(*hook));
  }
  static T& item(list_hook* hook) noexcept { return static_cast<T&>(static_cast<Hook&>(*hook)); }

  list_hook head_;
};

}  // namespace weir::detail
