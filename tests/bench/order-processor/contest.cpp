// SPDX-License-Identifier: Apache-2.0
#include "contest.hpp"

#include <algorithm>
#include <cstdio>

#include "afresh.hpp"
#include "measurement.hpp"

namespace weir::bench {
namespace {

constexpr std::uint64_t slow_share = 20;      // a slow side gets so many times fewer orders
constexpr std::uint64_t slow_least = 500;     // but no fewer than these
constexpr std::uint64_t long_rounds_max = 3;  // of what takes long whatever it is that is measured
constexpr std::uint64_t schedule_seconds = 5;

template <class... Arguments>
void say(const char* format, Arguments... arguments) {
  std::printf(format, arguments...);
  std::printf("\n");
  std::fflush(stdout);
}

using chosen = std::vector<entrant*>;

template <class Keep>
chosen choose(std::vector<entrant>& from, Keep keep) {
  chosen kept;
  for (entrant& one : from) {
    if (keep(one.who)) kept.push_back(&one);
  }
  return kept;
}

/// Whose turn it is.
entrant& in_turn(const chosen& among, std::uint64_t round, std::size_t turn) {
  return *among[(round + turn) % among.size()];
}

task<> run_backlogs(bench_place at, chosen among, std::uint64_t round, std::uint64_t orders,
                    std::vector<trial_result> entrant::* into) {
  for (std::size_t turn = 0; turn < among.size(); ++turn) {
    entrant& one = in_turn(among, round, turn);
    const std::uint64_t count = orders_of(one.who, orders);
    const trial_result result = co_await run_backlog(at, one.who, count);
    (one.*into).push_back(result);
    say("  %8.0f events/s of %7llu: %s", result.events_per_second,
        static_cast<unsigned long long>(count), one.who.name.c_str());
  }
}

/// `variant` and those that are measured beside it, at a tenth of what it can bear.
task<> run_schedules(bench_place at, chosen among, std::uint64_t round, const entrant& variant) {
  const double rate = median_of(variant.rounds, &trial_result::events_per_second) / 10;
  const auto orders_per_second = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(rate));
  for (std::size_t turn = 0; turn < among.size(); ++turn) {
    entrant& one = in_turn(among, round, turn);
    const latency result =
        co_await run_schedule(at, one.who, schedule_seconds * orders_per_second, orders_per_second);
    one.at_tenth_of[variant.who.name].push_back(result);
    say("  p50 %7.2f ms, p99 %7.2f ms at %5llu/s: %s", result.p50_ms, result.p99_ms,
        static_cast<unsigned long long>(orders_per_second), one.who.name.c_str());
  }
}

task<> run_all_schedules(bench_place at, std::vector<entrant>& entrants, std::uint64_t round) {
  for (const entrant* variant : choose(entrants, [](const side& who) { return who.is_weir; })) {
    const auto beside = choose(entrants, [variant](const side& who) {
      return who.name == variant->who.name || !(who.is_weir || who.is_slow);
    });
    co_await run_schedules(at, beside, round, *variant);
  }
}

}  // namespace

std::uint64_t orders_of(const side& who, std::uint64_t orders) {
  if (!who.is_slow) return orders;
  return std::min(orders, std::max(slow_least, orders / slow_share));
}

double median_of(const std::vector<trial_result>& trials, double trial_result::* field) {
  std::vector<double> values;
  for (const trial_result& trial : trials) values.push_back(trial.*field);
  return weir::bench::median_of(std::move(values));
}

task<> run_contest(bench_place at, bench_plan plan, std::vector<entrant>& entrants) {
  const side first = entrants.front().who;
  co_await make_tables(at, first);
  const bool has_inbox = co_await has_table(at.with, first.inbox);
  if (!has_inbox) say("note: %s made no inbox: its effects are not once", first.name.c_str());
  const chosen all = choose(entrants, [](const side&) { return true; });
  for (std::uint64_t round = 1; round <= plan.rounds; ++round) {
    say("round %llu of %llu", static_cast<unsigned long long>(round),
        static_cast<unsigned long long>(plan.rounds));
    co_await run_backlogs(at, all, round, plan.orders, &entrant::rounds);
  }
  const chosen lasting = choose(entrants, [](const side& who) { return who.takes_backlogs; });
  for (std::uint64_t round = 1; round <= std::min(plan.rounds, long_rounds_max); ++round) {
    say("latency, round %llu", static_cast<unsigned long long>(round));
    co_await run_all_schedules(at, entrants, round);
    say("backlogs, round %llu", static_cast<unsigned long long>(round));
    co_await run_backlogs(at, lasting, round, few_orders, &entrant::few);
    co_await run_backlogs(at, lasting, round, plan.backlog, &entrant::many);
  }
}

}  // namespace weir::bench
