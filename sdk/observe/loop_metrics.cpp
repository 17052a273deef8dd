// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/loop_metrics.hpp"

#include <array>
#include <bit>
#include <vector>

#include "metrics_family.hpp"
#include "weir/loop.hpp"
#include "weir/observe/counter.hpp"
#include "weir/observe/gauge.hpp"

namespace weir {
namespace {

/// The turns below the first of these places have one bucket; the last place has no upper end.
constexpr std::size_t first_place = 4;
constexpr std::size_t last_place = turn_durations::places - 2;

/// How long the loop is looked at before its share of busy time is told anew: between two looks
/// that follow each other at once there is nothing to see.
constexpr duration busy_interval = std::chrono::seconds(1);

double seconds(duration value) { return std::chrono::duration<double>(value).count(); }

std::vector<double> turn_buckets() {
  std::vector<double> bounds;
  for (std::size_t place = first_place; place <= last_place; ++place) {
    bounds.push_back(seconds(turn_durations::limit(place)));
  }
  return bounds;
}

struct loop_families {
  histogram_family iteration{"weir_loop_iteration_seconds",
                             "How long the turns of the loop took in which a task ran.",
                             {"loop"},
                             turn_buckets()};
  gauge_family busy{"weir_loop_busy_ratio",
                    "The part of its time, since the last look, that the loop spent in tasks.",
                    {"loop"}};
  counter_family stalls{"weir_loop_stalls_total",
                        "How often a task held the loop for too long, as far as a stall monitor "
                        "was there to see it.",
                        {"loop"}};
  counter_family submitted{"weir_sqe_submitted_total",
                           "Entries that were put into the submission queue of io_uring; none on "
                           "epoll.",
                           {"loop"}};
  counter_family overflows{"weir_cqe_overflow_total",
                           "How often completions of io_uring waited in the kernel for room in "
                           "their queue.",
                           {"loop"}};
  gauge_family tasks{"weir_loop_tasks", "Tasks of the loop that have not ended.", {"loop"}};
  gauge_family backend{"weir_loop_backend_info",
                       "What the loop waits with: io_uring, or epoll where that is refused.",
                       {"loop", "backend"}};
};

const loop_families& families() {
  static const loop_families all;
  return all;
}

void put_turns(const turn_durations& turns, std::span<std::uint64_t> slots) {
  for (std::size_t place = 0; place < turn_durations::places; ++place) {
    const std::size_t bucket = place < first_place ? 0 : place - first_place;
    slots[bucket] += turns.counts()[place];
  }
  slots.back() = std::bit_cast<std::uint64_t>(seconds(turns.total()));
}

}  // namespace

class loop_metrics::state {
 public:
  state()
      : home_(loop::current()),
        number_(std::to_string(home_.number())),
        looked_at_(home_.now()),
        busy_then_(home_.counters().turn_time.total()) {
    const std::string backend(home_.driver().name());
    families().backend.with({number_, backend}).set(1);
  }

 private:
  static double as_real(std::uint64_t count) { return static_cast<double>(count); }

  double busy_ratio() {
    const duration passed = home_.now() - looked_at_;
    if (passed < busy_interval) return busy_ratio_;
    const duration busy = home_.counters().turn_time.total();
    busy_ratio_ = seconds(busy - busy_then_) / seconds(passed);
    busy_then_ = busy;
    looked_at_ += passed;
    return busy_ratio_;
  }

  loop& home_;
  const std::string number_;
  time_point looked_at_;
  duration busy_then_;
  double busy_ratio_ = 0;
  const detail::metric_source iteration_{
      families().iteration.with({number_}).series(),
      [this](std::span<std::uint64_t> slots) { put_turns(home_.counters().turn_time, slots); }};
  const gauge_source busy_{families().busy.with({number_}), [this] { return busy_ratio(); }};
  const counter_source stalls_{families().stalls.with({number_}),
                               [this] { return home_.counters().stalls; }};
  const counter_source submitted_{families().submitted.with({number_}),
                                  [this] { return home_.counters().driver.submissions; }};
  const counter_source overflows_{families().overflows.with({number_}),
                                  [this] { return home_.counters().driver.overflows; }};
  const gauge_source tasks_{families().tasks.with({number_}),
                            [this] { return as_real(home_.counters().tasks_alive); }};
};

loop_metrics::loop_metrics() : state_(std::make_unique<state>()) {}
loop_metrics::~loop_metrics() = default;

}  // namespace weir
