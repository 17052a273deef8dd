// SPDX-License-Identifier: Apache-2.0
#include "weir/task_context.hpp"

#include <doctest/doctest.h>

#include <string>

#include "weir/loop.hpp"
#include "weir/yield.hpp"

namespace {

struct request final : weir::task_context {
  explicit request(std::string user) : user(std::move(user)) {}
  const std::string user;
};

std::string log_line(const std::string& text) {
  const auto* about = dynamic_cast<const request*>(weir::current_task_context());
  return about == nullptr ? text : about->user + ": " + text;
}

weir::task<std::string> store() {
  co_await weir::yield();
  co_return log_line("stored");  // Nobody had to pass the request down to here.
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("task_context: code within knows what it is about") {
    weir::loop home;
    const weir::task_context_ptr about(new request("ada"));
    CHECK(home.run(weir::with_context(about, store())) == "ada: stored");
    CHECK(log_line("started") == "started");
  }
}
