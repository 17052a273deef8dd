// SPDX-License-Identifier: Apache-2.0
#include "group_core.hpp"

#include <algorithm>

#include "group_plan.hpp"
#include "session.hpp"
#include "weir/task_context.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
task<> group_core::take(const std::string& key) {
  if (closed_) {
    throw weir::error(errc::closed, disposition::permanent, "the group_commit was closed");
  }
  if (key.empty()) co_return;
  const auto [held, is_free] = keys_.try_emplace(key);
  if (is_free) co_return;
  manual_reset_event turn;
  held->second.push_back(&turn);
  const auto waited = co_await turn.wait().as_result();
  if (waited) co_return;
  // Its turn may have come while it was cancelled.
  if (turn.is_set()) {
    release(key);
  } else {
    std::erase(keys_.at(key), &turn);
  }
  throw waited.error();
}

void group_core::release(const std::string& key) noexcept {
  if (key.empty()) return;
  const auto held = keys_.find(key);
  if (held->second.empty()) {
    keys_.erase(held);
    return;
  }
  manual_reset_event& next = *held->second.front();
  held->second.pop_front();
  next.set();
}

task<> group_core::commit(unit& done) {
  if (done.writes_.empty()) co_return;
  const auto mine = std::make_shared<member>(done);
  waiting_.push_back(mine);
  start_committers();
  const auto waited = co_await mine->settled.wait().as_result();
  if (!waited && !mine->is_committing && !mine->settled.is_set()) {
    mine->work = nullptr;
    throw waited.error();
  }
  // On its way to the server: only the outcome says what became of it, and it comes in bounded
  // time.
  if (!waited) co_await shield(as_task(mine->settled.wait()));
  if (mine->failure) std::rethrow_exception(mine->failure);
}

void group_core::start_committers() {
  // A second one only where it finds a whole group: else the units gather.
  const bool has_work = committers_ == 0 || waiting_.size() >= options_.units_max;
  if (!has_work || committers_ == group_committers_max) return;
  ++committers_;
  // For all, not for the one whose task happens to run.
  committing_.spawn(with_context({}, commit_groups()));
}

task<> group_core::commit_groups() {
  for (group next = take_group(); !next.empty(); next = take_group()) {
    co_await commit_group(std::move(next));
    // Alone again, it leaves what is no whole group to the one that is committing.
    if (committers_ > 1 && waiting_.size() < options_.units_max) break;
  }
  --committers_;
}

group_core::group group_core::take_group() {
  group next;
  std::size_t bytes = 0;
  while (!waiting_.empty() && next.size() < options_.units_max) {
    const std::shared_ptr<member>& first = waiting_.front();
    if (first->work != nullptr) {
      bytes += first->work->bytes();
      if (!next.empty() && bytes > group_bytes_max) break;
      first->is_committing = true;
      next.push_back(first);
    }
    waiting_.pop_front();
  }
  return next;
}

task<> group_core::commit_group(group together) {
  while (!together.empty()) {
    std::vector<std::size_t> owners;
    std::size_t guilty = group_plan::nobody;
    std::exception_ptr failure;
    bool is_one_at_fault = false;
    try {
      co_await with_timeout(options_.commit_limit, try_commit(together, owners));
      co_return settle(together, nullptr);
    } catch (const weir::error& refused) {
      failure = std::current_exception();
      const auto* by_server = dynamic_cast<const error*>(&refused);
      const auto statement = by_server ? by_server->statement_index() : std::nullopt;
      if (statement && *statement < owners.size()) guilty = owners[*statement];
      // A row among others, or what only the end of the transaction found: a deferred constraint.
      is_one_at_fault = refused.disposition() == disposition::permanent;
    } catch (...) {
      failure = std::current_exception();
    }
    if (guilty != group_plan::nobody) {
      settle({together[guilty]}, failure);
      together.erase(together.begin() + static_cast<std::ptrdiff_t>(guilty));
    } else if (is_one_at_fault && together.size() > 1) {
      co_return co_await commit_halves(std::move(together));
    } else {
      co_return settle(together, failure);
    }
  }
}

task<> group_core::commit_halves(group together) {
  const auto middle = together.begin() + static_cast<std::ptrdiff_t>(together.size() / 2);
  group second(middle, together.end());
  together.erase(middle, together.end());
  co_await commit_group(std::move(together));
  co_await commit_group(std::move(second));
}

task<> group_core::try_commit(const group& together, std::vector<std::size_t>& owners) {
  const auto body = [&](tx& in) -> task<> {
    owners.clear();
    group_plan plan;
    for (std::size_t at = 0; at < together.size(); ++at) plan.add(*together[at]->work, at);
    co_await plan.send_all(session_access::of(in), owners);
  };
  co_await on_.transaction(body);
}

void group_core::settle(const group& all, std::exception_ptr failure) {
  for (const std::shared_ptr<member>& one : all) {
    one->failure = failure;
    one->settled.set();
  }
}

task<> group_core::close() {
  closed_ = true;
  co_await shield(end_all());
}

task<> group_core::end_all() {
  while (units_ > 0) {
    is_empty_.reset();
    co_await is_empty_.wait();
  }
  co_await committing_.join();
}

}  // namespace weir::postgres::detail
