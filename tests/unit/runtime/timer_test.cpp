// SPDX-License-Identifier: Apache-2.0
#include "weir/detail/timer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "seed.hpp"

using namespace weir;

TEST_SUITE_BEGIN("runtime.timer");

namespace {

constexpr int steps = 50'000;
constexpr std::size_t timers_max = 2'000;

/// A timer that tells the order in which it and others fired.
class recording_timer final : public detail::timer {
 public:
  recording_timer(int id, std::vector<int>& fired) : id_(id), fired_(&fired) {}
  int id() const { return id_; }

 private:
  void on_timer() noexcept override { fired_->push_back(id_); }

  int id_;
  std::vector<int>* fired_;
};

/// The queue beside a sorted map that says what it must do.
struct model {
  detail::timer_queue queue;
  std::vector<int> fired;
  std::map<int, std::unique_ptr<recording_timer>> armed;
  std::map<int, time_point> moments;
  int next_id = 0;

  void arm(time_point when) {
    auto& made = armed[next_id] = std::make_unique<recording_timer>(next_id, fired);
    queue.arm(*made, when);
    moments[next_id++] = when;
  }
  void disarm(int id) {
    queue.disarm(*armed.at(id));
    armed.erase(id);
    moments.erase(id);
  }
  /// True when exactly those fired that were due, in the order of their moments, and those of one
  /// moment in the order of their arming.
  bool fire(time_point now) {
    fired.clear();
    const std::size_t count = queue.fire(now);
    std::vector<int> due;
    for (const auto& [id, when] : moments) {
      if (when <= now) due.push_back(id);
    }
    // The ids have the order of arming.
    std::sort(due.begin(), due.end(), [this](int one, int other) {
      return std::pair(moments[one], one) < std::pair(moments[other], other);
    });
    bool right = count == due.size() && fired == due;
    for (const int id : due) {
      right = right && !armed.at(id)->is_armed();
      armed.erase(id);
      moments.erase(id);
    }
    return right;
  }
  time_point earliest() const {
    time_point first = time_point::max();
    for (const auto& [id, when] : moments) first = std::min(first, when);
    return first;
  }
};

}  // namespace

TEST_CASE("a queue of timers does what a sorted model does, for random arming and disarming") {
  std::mt19937_64 random(test::seed());
  model both;
  time_point now{};
  bool same = true;
  for (int step = 0; step < steps && same; ++step) {
    const auto kind = random() % 10;
    if (kind < 6 && both.armed.size() < timers_max) {
      both.arm(now + duration(static_cast<std::int64_t>(random() % 1'000)));
    } else if (kind < 9 && !both.armed.empty()) {
      auto chosen =
          both.armed.lower_bound(static_cast<int>(random() % static_cast<unsigned>(both.next_id)));
      if (chosen == both.armed.end()) chosen = both.armed.begin();
      both.disarm(chosen->first);
    } else {
      now += duration(static_cast<std::int64_t>(random() % 200));
      same = both.fire(now);
    }
    if (step % 100 == 0) same = same && both.queue.next() == both.earliest();
    same = same && both.queue.size() == both.armed.size();
  }
  CHECK(same);
  CHECK(both.fire(time_point::max()));
  CHECK(both.queue.empty());
  CHECK(both.queue.next() == time_point::max());
}

TEST_CASE("timers of one moment fire as they were armed, whatever was disarmed between them") {
  std::mt19937_64 random(test::seed());
  model both;
  const time_point earlier{std::chrono::seconds(1)};
  const time_point moment{std::chrono::seconds(2)};
  for (std::size_t count = 0; count < timers_max; ++count) {
    both.arm(moment);
    if (count % 7 == 0) both.arm(earlier);
    if (count % 3 == 0) both.disarm(both.armed.lower_bound(both.next_id / 2)->first);
  }
  for (int count = 0; count < 500; ++count) {
    const auto chosen = random() % static_cast<unsigned>(both.next_id);
    const auto armed = both.armed.lower_bound(static_cast<int>(chosen));
    if (armed != both.armed.end()) both.disarm(armed->first);
  }
  REQUIRE(both.armed.size() > 500);
  CHECK(both.fire(earlier));
  CHECK(both.fire(moment));
  CHECK(both.queue.empty());
}

TEST_CASE("a timer that is armed again takes its place behind those of the same moment") {
  detail::timer_queue queue;
  std::vector<int> fired;
  std::vector<std::unique_ptr<recording_timer>> timers;
  for (int id = 0; id < 100; ++id) {
    timers.push_back(std::make_unique<recording_timer>(id, fired));
    queue.arm(*timers.back(), time_point{});
  }
  queue.disarm(*timers.front());
  queue.arm(*timers.front(), time_point{});
  CHECK(queue.fire(time_point{}) == 100);
  CHECK(fired.front() == 1);
  CHECK(fired.back() == 0);
  CHECK(std::is_sorted(fired.begin(), fired.end() - 1));
}

TEST_CASE("to disarm a timer that is not armed does nothing") {
  detail::timer_queue queue;
  std::vector<int> fired;
  recording_timer never(1, fired);
  queue.disarm(never);
  CHECK(queue.empty());
  queue.arm(never, time_point{});
  CHECK(queue.fire(time_point{}) == 1);
  queue.disarm(never);
  CHECK(fired == std::vector<int>{1});
}

TEST_CASE("a sum of a moment and a span stops at the end of time") {
  const time_point start{std::chrono::seconds(5)};
  CHECK(saturating_add(start, duration(1)) == start + duration(1));
  CHECK(saturating_add(start, duration::max()) == time_point::max());
}

TEST_SUITE_END();
