// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "weir/detail/intrusive_list.hpp"
#include "weir/detail/suspension.hpp"
#include "weir/driver.hpp"

namespace weir::detail {

class arrivals_wait;

/// The place of a wait among those for one arrivals.
class arrivals_hook : public list_hook {};

/// What one accept_many or receive_many has brought and nobody has taken yet.
///
/// It is armed by the first wait, and stays so between waits until the driver ends it. When
/// `ahead_max` results are waiting to be taken it is cancelled, and armed again by the wait that
/// finds none: the kernel then holds back what comes, which is the back-pressure. What the kernel
/// delivers before it sees the cancel is kept too: `ahead_max + burst_max` at most. Results come in
/// order, to those who wait in theirs, and none is lost: a cancelled wait leaves them here.
///
/// It lives on the heap and survives its owner for as long as the kernel knows it; what comes then
/// is closed or given back.
class arrivals final : public io_work {
 public:
  static constexpr std::size_t burst_max = 64;

  struct owner_gone {
    void operator()(arrivals* left) const noexcept { left->release(); }
  };
  using owner = std::unique_ptr<arrivals, owner_gone>;

  /// For `kind` accept_many or receive_many on `descriptor`, on the loop of the calling thread.
  static owner make(io_kind kind, int descriptor, std::size_t ahead_max);

  /// How many results wait to be taken.
  std::size_t size() const noexcept { return results_.size() - first_; }

 private:
  friend class arrivals_wait;

  arrivals(const io_request& request, std::size_t ahead_max) noexcept;
  ~arrivals() = default;

  void on_completion(const io_completion& completion) noexcept override;
  void keep(const io_completion& completion) noexcept;
  void ended(int status) noexcept;
  void release() noexcept;
  void drop(const io_completion& result) noexcept;
  void arm() noexcept;
  bool take(io_completion& into) noexcept;

  driver& driver_;
  std::size_t ahead_max_;
  std::vector<io_completion> results_;
  std::size_t first_ = 0;
  intrusive_list<arrivals_wait, arrivals_hook> waiting_;
  bool armed_ = false;
  bool stopping_ = false;  // A cancel is on its way.
  bool owned_ = true;
};

/// The wait for the next result of an arrivals.
class arrivals_wait : public suspension, private arrivals_hook {
 public:
  explicit arrivals_wait(arrivals& source) noexcept : source_(&source) {}

  bool await_ready() noexcept { return came_ = source_->take(completion_); }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    if (!park(waiting)) return false;
    source_->waiting_.push_back(*this);
    source_->arm();
    return true;
  }

 protected:
  arrivals_wait(arrivals_wait&&) = default;
  ~arrivals_wait() = default;

  /// What came; -ECANCELED where the wait was cancelled.
  const io_completion& completion() const noexcept { return completion_; }

 private:
  friend class arrivals;
  template <class, class>
  friend class intrusive_list;
  void on_stop() noexcept override {
    arrivals_hook::unlink();
    wake();
  }

  arrivals* source_;
  io_completion completion_{.result = -ECANCELED};
  bool came_ = false;
};

}  // namespace weir::detail
