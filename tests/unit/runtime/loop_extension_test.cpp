// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/loop_extension.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "run.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"

using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.loop_extension");

namespace {

/// Has a task on the loop, and writes down what happens.
class recorded_extension final : public detail::loop_extension {
 public:
  explicit recorded_extension(std::vector<std::string>& events) : events_(events) {}

  void start_waiting() { tasks_.spawn(wait_for_ever(events_)); }
  void stop() noexcept override {
    events_.emplace_back("stop");
    tasks_.request_stop();
  }
  bool idle() const noexcept override { return tasks_.size() == 0; }
  void leave() noexcept override { events_.emplace_back("leave"); }

 private:
  static task<> wait_for_ever(std::vector<std::string>& events) {
    manual_reset_event never;
    const auto waited = co_await never.wait().as_result();
    events.emplace_back(waited.has_value() ? "event" : waited.error().message());
  }

  std::vector<std::string>& events_;
  scope tasks_;
};

}  // namespace

TEST_CASE("a loop that ends stops its extension, awaits its tasks, and leaves it then") {
  std::vector<std::string> events;
  recorded_extension extension(events);
  {
    loop home;
    home.extend(extension);
    CHECK(home.extension() == &extension);
    run_on(home, [&]() -> task<> {
      extension.start_waiting();
      co_return;
    });
    CHECK(events.empty());
  }
  CHECK(events == std::vector<std::string>{"stop", "the task was cancelled", "leave"});
}

TEST_SUITE_END();
