// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "weir/detail/inbox_item.hpp"
#include "weir/detail/suspension.hpp"

namespace weir::detail {

class permit_wait;

/// The place of a wait in its permit_queue, and then in a grant_list.
class permit_hook : public list_hook {};

/// Waits that were answered under a lock, to be told when the lock is free again.
using grant_list = intrusive_list<permit_wait, permit_hook>;

/// Tells each wait on its own loop, from whichever thread.
void deliver(grant_list& granted) noexcept;

/// Permits, and the tasks of any loops that wait for one; first come, first served.
///
/// The owner's lock guards it.
class permit_queue {
 public:
  explicit permit_queue(std::size_t permits) noexcept : free_(permits) {}

  /// Takes a permit if one is free, which means that nobody waits.
  bool try_take() noexcept;
  /// Adds a parked wait to the queue.
  void enqueue(permit_wait& waiting) noexcept;
  /// One more permit: promised to the first who waits, or free.
  void add(grant_list& granted) noexcept;
  /// Tells all who wait that there will be none.
  void refuse_all(grant_list& granted) noexcept;

 private:
  friend class permit_wait;

  std::size_t free_;
  intrusive_list<permit_wait, permit_hook> waiting_;
};

/// The wait of a task, on its loop, for a permit that any thread may grant.
///
/// A promised permit is used when the word of it has come to the waiter's loop, not before; who is
/// stopped meanwhile gives it back, to the next. So a wait that is cancelled, or loses a select(),
/// has used none, however the threads race.
class permit_wait : public suspension, private permit_hook, private inbox_item {
 protected:
  enum class answer : std::uint8_t { none, granted, refused, given_back };

  permit_wait() = default;
  permit_wait(permit_wait&& other) noexcept : suspension(std::move(other)) {}
  ~permit_wait() = default;

  /// What came of the wait; guarded by the lock of the queue's owner.
  answer answered() const noexcept { return answer_; }
  /// The work of on_stop(): leaves the queue, or gives back what was promised.
  void stop(std::mutex& guard, permit_queue& queue) noexcept;

  /// Called on the waiter's loop when there is an answer: uses what was granted, then calls wake().
  virtual void on_answer(grant_list& granted) noexcept = 0;

 private:
  friend class permit_queue;
  friend void deliver(grant_list& granted) noexcept;
  template <class, class>
  friend class intrusive_list;

  void run() noexcept final;

  answer answer_ = answer::none;
};

}  // namespace weir::detail
