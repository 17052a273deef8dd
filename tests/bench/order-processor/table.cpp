// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include "sides.hpp"

namespace weir::bench {
namespace {

constexpr double p50_most_ms = 3;
constexpr double p99_most_ms = 10;
constexpr double memory_most_kib = 40e6 / 1024;
constexpr double growth_most_kib = 1024;  // "flat": no more than the noise of an allocator
constexpr double backlog_least = 90;      // percent of the rate with few orders waiting

/// The lines of one variant.
class variant_lines {
 public:
  variant_lines(const entrant& variant, std::vector<const entrant*> peers, const bench_plan& plan)
      : variant_(variant), peers_(std::move(peers)), plan_(plan) {}

  std::vector<measurement> all() {
    add_costs();
    add_latency("p50", &latency::p50_ms, p50_most_ms);
    add_latency("p99", &latency::p99_ms, p99_most_ms);
    if (!variant_.many.empty()) add_backlogs();
    return std::move(lines_);
  }

 private:
  measurement& add(const std::string& name, std::string unit, double value) {
    measurement line{.suite = "service"};
    line.name = variant_.who.name + ", " + name;
    line.unit = std::move(unit);
    line.value = value;
    return lines_.emplace_back(std::move(line));
  }
  measurement& add_beside(const std::string& name, std::string unit, double value,
                          const entrant& peer, double peer_value) {
    measurement& line = add(name, std::move(unit), value);
    line.peer = peer.who.name;
    line.peer_value = peer_value;
    line.ratio = value / peer_value;
    return line;
  }
  void add_at_most(const std::string& name, std::string unit, double value, double most) {
    measurement& line = add(name, std::move(unit), value);
    line.reach = most;
    line.met = value <= most;
  }

  void add_costs() {
    const auto own = [this](double trial_result::* field) {
      return median_of(variant_.rounds, field);
    };
    const auto beside = [&](const char* name, const char* unit, double trial_result::* field) {
      for (const entrant* peer : peers_)
        add_beside(name, unit, own(field), *peer, median_of(peer->rounds, field));
    };
    if (peers_.empty()) add("rate", "events/s", own(&trial_result::events_per_second));
    for (const entrant* peer : peers_) add_rate(*peer);
    if (const auto most = cpu_reach(variant_.who.name))
      add_at_most("CPU an event", "us", own(&trial_result::cpu_us_per_event), *most);
    beside("CPU an event", "us", &trial_result::cpu_us_per_event);
    add_at_most("peak memory", "KiB", own(&trial_result::peak_memory_kib), memory_most_kib);
    beside("peak memory", "KiB", &trial_result::peak_memory_kib);
  }

  void add_rate(const entrant& peer) {
    const auto rate = &trial_result::events_per_second;
    measurement& line = add_beside("rate", "events/s", median_of(variant_.rounds, rate), peer,
                                   median_of(peer.rounds, rate));
    line.reach = rate_reach(variant_.who.name, peer.who.name);
    if (line.reach) line.met = *line.ratio >= *line.reach;
  }

  static double median_latency(const std::vector<latency>& runs, double latency::* field) {
    std::vector<double> values;
    for (const latency& run : runs) values.push_back(run.*field);
    return weir::bench::median_of(std::move(values));
  }

  void add_latency(const char* percentile, double latency::* field, double most) {
    const std::string& variant = variant_.who.name;
    const std::string name = "stored to stored at a tenth, " + std::string(percentile);
    const double own = median_latency(variant_.at_tenth_of.at(variant), field);
    add_at_most(name, "ms", own, most);
    for (const entrant* peer : peers_) {
      const auto found = peer->at_tenth_of.find(variant);
      if (found != peer->at_tenth_of.end())
        add_beside(name, "ms", own, *peer, median_latency(found->second, field));
    }
  }

  static double kept_percent(const entrant& of) {
    const auto rate = &trial_result::events_per_second;
    return 100 * median_of(of.many, rate) / median_of(of.few, rate);
  }

  void add_backlogs() {
    const auto waiting = [](std::uint64_t orders) { return std::to_string(orders) + " waiting"; };
    const std::string many = waiting(plan_.backlog);
    const auto rate = &trial_result::events_per_second;
    add("rate, " + waiting(few_orders), "events/s", median_of(variant_.few, rate));
    add("rate, " + many, "events/s", median_of(variant_.many, rate));
    measurement& kept =
        add("rate, " + many + " / " + std::to_string(few_orders), "%", kept_percent(variant_));
    kept.reach = backlog_least;
    kept.met = kept.value >= backlog_least;
    for (const entrant* peer : peers_) {
      if (!peer->many.empty())
        add_beside("rate, " + many + " / " + std::to_string(few_orders), "%",
                   kept_percent(variant_), *peer, kept_percent(*peer));
    }
    add_at_most("peak memory, " + many, "KiB",
                median_of(variant_.many, &trial_result::peak_memory_kib), memory_most_kib);
    add_at_most("memory growth, " + many, "KiB",
                median_of(variant_.many, &trial_result::memory_growth_kib), growth_most_kib);
  }

  const entrant& variant_;
  std::vector<const entrant*> peers_;
  const bench_plan& plan_;
  std::vector<measurement> lines_;
};

}  // namespace

std::vector<measurement> table_of(const std::vector<entrant>& entrants, const bench_plan& plan) {
  std::vector<const entrant*> peers;
  for (const entrant& one : entrants) {
    if (!one.who.is_weir) peers.push_back(&one);
  }
  std::vector<measurement> lines;
  for (const entrant& one : entrants) {
    if (!one.who.is_weir) continue;
    for (measurement& line : variant_lines(one, peers, plan).all())
      lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace weir::bench
