// SPDX-License-Identifier: Apache-2.0
// How a pool opens connections, and closes them.
#include <mutex>

#include "pool_core.hpp"
#include "weir/blocking.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

/// A connection's lifetime is shortened by up to one part in so many.
constexpr duration::rep lifetime_jitter_part = 5;

duration random_up_to(duration most) {
  return duration(static_cast<duration::rep>(loop::current().random() %
                                             (static_cast<std::uint64_t>(most.count()) + 1)));
}

/// Between half of it and all of it, so that many who failed together do not try together.
duration jittered(duration pause) { return pause - random_up_to(pause / 2); }

/// A connection between the helper thread that opens it and the loop, which may have stopped
/// waiting for it: the loop's thread is not to close it, for that can take a while.
class opened_engine {
 public:
  /// On the helper thread, which closes it where nobody waits any more.
  void put(std::unique_ptr<engine> opened) {
    const std::lock_guard held(lock_);
    if (is_awaited_) opened_ = std::move(opened);
  }
  /// On the loop, once. What comes later is closed.
  std::unique_ptr<engine> take() {
    const std::lock_guard held(lock_);
    is_awaited_ = false;
    return std::move(opened_);
  }

 private:
  std::mutex lock_;
  std::unique_ptr<engine> opened_;
  bool is_awaited_ = true;
};

task<> close_engine(std::unique_ptr<engine> useless) {
  // It says good-bye to the server, and with TLS waits. A stop closes right here: no connection is
  // left open.
  (void)co_await blocking([closing = std::move(useless)]() mutable {
    closing.reset();
  }).as_result();
}

}  // namespace

std::size_t pool_core::shortfall() const noexcept {
  const std::size_t open = size_ - opening_count_;
  return options_.min_connections > open ? options_.min_connections - open : 0;
}

void pool_core::grow() {
  // While the server cannot be reached one attempt at a time is enough.
  const std::size_t attempts_max = last_connect_error_.empty() ? options_.max_connections : 1;
  while (!closed_ && opening_count_ < std::max(waiters_.size(), shortfall()) &&
         opening_count_ < attempts_max && size_ < options_.max_connections) {
    ++size_;
    ++opening_count_;
    opening_.spawn(open_one());
  }
}

task<> pool_core::open_one() {
  duration pause = options_.connect_backoff_min;
  bool opened = false;
  while (!opened && (!waiters_.empty() || shortfall() > 0) && !closed_) {
    opened = co_await open_once();
    if (opened) break;
    // Others that failed at the same time end here; one goes on trying.
    if (opening_count_ > 1) break;
    const auto paused = co_await sleep(jittered(pause)).as_result();
    if (!paused) break;
    pause = std::min(pause * 2, options_.connect_backoff_max);
  }
  --opening_count_;
  if (!opened) --size_;
  grow();
}

task<std::unique_ptr<connection>> pool_core::open_apart() {
  const time_point began = loop::current().now();
  const auto opened = std::make_shared<opened_engine>();
  const auto tried =
      co_await blocking([open = open_, opened]() mutable { opened->put(open()); }).as_result();
  std::unique_ptr<engine> made = opened->take();
  if (options_.hooks.on_connect) {
    const duration took = loop::current().now() - began;
    options_.hooks.on_connect(
        {.took = took, .error = tried ? std::string_view() : tried.error().message()});
  }
  if (!tried) {
    // Cancelled as it was there. Whoever closes the pool waits for those who open before this.
    const bool can_close_apart = !closed_ || opening_.size() > 0;
    if (made && can_close_apart) closing_.spawn(close_engine(std::move(made)));
    throw tried.error();
  }
  co_return std::make_unique<connection>(
      std::move(made),
      connection::settings{options_.prepared_statements_max, &options_.hooks.on_statement});
}

task<bool> pool_core::open_once() {
  auto opened = co_await open_apart().as_result();
  if (!opened) {
    if (!opened.error().is_cancelled()) last_connect_error_ = opened.error().message();
    co_return false;
  }
  last_connect_error_.clear();
  auto made = std::move(*opened);
  made->age.expires =
      saturating_add(loop::current().now(),
                     options_.lifetime - random_up_to(options_.lifetime / lifetime_jitter_part));
  // Only a pool that was closed meanwhile does not take it.
  if (offer(made)) co_return true;
  closing_.spawn(close_engine(made->release()));
  co_return false;
}

void pool_core::discard(std::unique_ptr<connection> useless) {
  closing_.spawn(close_engine(useless->release()));
  --size_;
  grow();
}

void pool_core::close_apart(std::unique_ptr<connection> useless) {
  // A pool that is closed has nobody left who could close it elsewhere.
  if (!closed_) closing_.spawn(close_engine(useless->release()));
}

task<> pool_core::close() { co_await shield(close_all()); }

task<> pool_core::close_all() {
  closed_ = true;
  opening_.request_stop();
  upkeep_.request_stop();
  while (!idle_.empty()) {
    discard(std::move(idle_.back()));
    idle_.pop_back();
  }
  while (!waiters_.empty()) {
    waiters_.front()->told.set();
    waiters_.pop_front();
  }
  co_await reads_.finish();
  while (leased_ > 0) {
    all_back_.reset();
    co_await all_back_.wait();
  }
  co_await cleaning_.join();
  co_await opening_.close();
  co_await upkeep_.close();
  co_await closing_.join();
}

}  // namespace weir::postgres::detail
