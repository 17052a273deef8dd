// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <optional>

#include "weir/detail/bell.hpp"
#include "weir/scope.hpp"

namespace weir::detail {

/// What the stream of an operator shares with the tasks that work for it between two of its values.
///
/// The tasks stand in a scope of the crew's own, below the one that the line was given; a task of
/// the latter joins them and keeps the crew alive meanwhile. So each side may end first: the end of
/// the stream stops the crew, and the given scope awaits it; the end of the given scope leaves the
/// stream with a crew that is not at work any more.
class crew {
 public:
  /// An answer that stands in the crew's queue until the stream takes it.
  class answer : public list_hook {};

  explicit crew(scope& owner) { workers_.emplace(&owner.context()); }
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  void spawn(task<> work) { workers_->spawn(std::move(work)); }
  bool at_work() const noexcept { return workers_.has_value(); }
  void request_stop() noexcept {
    if (at_work()) workers_->request_stop();
  }
  /// Stops the work for a reason that the stream will throw; the first one counts.
  void fail(std::exception_ptr why) noexcept {
    if (!failure_) failure_ = std::move(why);
    request_stop();
  }
  bool has_failed() const noexcept { return failure_ != nullptr; }

  /// Throws why the crew is not at work though the stream needs it.
  [[noreturn]] void throw_reason() const {
    if (failure_) std::rethrow_exception(failure_);
    throw error::cancelled();  // The scope was stopped.
  }

  /// Rung when the stream may find something new: an answer, or a crew that has ended.
  bell news;
  intrusive_list<answer> answers;

  /// The task of the given scope.
  template <class Crew>
  static task<> join(std::shared_ptr<Crew> members) {
    crew& self = *members;
    const auto joined = co_await self.workers_->join().as_result();
    if (self.workers_->first_failure()) self.fail(self.workers_->first_failure());
    static_cast<void>(joined);
    // A context must not outlive the one above it, and the stream may outlive the scope.
    self.workers_.reset();
    self.news.ring();
  }

 private:
  std::optional<scope> workers_;
  std::exception_ptr failure_;
};

/// The stream's side of a crew, which is stopped at its end.
template <class Crew>
class hired {
 public:
  template <class... Argument>
  explicit hired(scope& owner, Argument&&... argument)
      : members_(std::make_shared<Crew>(owner, std::forward<Argument>(argument)...)) {
    owner.spawn(crew::join(members_));
    members_->begin();
  }
  hired(const hired&) = delete;
  hired& operator=(const hired&) = delete;
  ~hired() { members_->request_stop(); }

  Crew* operator->() const noexcept { return members_.get(); }

 private:
  std::shared_ptr<Crew> members_;
};

}  // namespace weir::detail
