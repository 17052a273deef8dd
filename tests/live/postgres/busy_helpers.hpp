// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <future>
#include <memory>

#include "weir/blocking.hpp"
#include "weir/scope.hpp"
#include "weir/yield.hpp"

namespace weir::test {

/// Every thread that blocking() has, kept busy until release() or the end.
class busy_helpers {
 public:
  explicit busy_helpers(scope& children) {
    for (std::size_t i = 0; i < blocking_threads_max; ++i) children.spawn(occupy(shared_));
  }
  ~busy_helpers() { release(); }
  task<> until_busy() const {
    while (shared_->begun < blocking_threads_max) co_await yield();
  }
  void release() {
    if (!released_) shared_->gate.set_value();
    released_ = true;
  }

 private:
  struct state {
    std::atomic<std::size_t> begun = 0;
    std::promise<void> gate;
    std::shared_future<void> opened{gate.get_future()};
  };
  static task<> occupy(std::shared_ptr<state> shared) {
    co_await blocking([shared] {
      ++shared->begun;
      shared->opened.wait();
    });
  }

  std::shared_ptr<state> shared_ = std::make_shared<state>();
  bool released_ = false;
};

}  // namespace weir::test
