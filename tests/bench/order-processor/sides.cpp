// SPDX-License-Identifier: Apache-2.0
#include "sides.hpp"

#include <filesystem>

#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr const char* by_hand = "by hand: libpq's pipeline, one batch of 256 after the other";
constexpr const char* by_hand_ahead = "by hand: the same, and fetches the next batch meanwhile";
constexpr const char* go = "Go: nats.go and pgx, 64 in flight over 10 connections";
constexpr const char* go_loop = "Go: nats.go and pgx, the article's loop";
constexpr const char* rust = "Rust: async-nats and sqlx, 64 in flight over 10 connections";
constexpr const char* rust_loop = "Rust: async-nats and sqlx, as the article's is written";

/// The variant whose transaction is one order's alone.
constexpr std::string_view one_by_one = "tx";

struct mark {
  std::string_view variant;
  std::string_view peer;
  double reach;
};
constexpr mark rate_marks[] = {{"unit", go, 4},
                               {"batch", go, 6},
                               {"batch", go_loop, 20},
                               {"batch", by_hand, 1.2},
                               {"batch", by_hand_ahead, 1}};
constexpr double unit_cpu_us = 12;

/// Programs are started elsewhere.
std::string absolute(const std::string& path) { return std::filesystem::absolute(path).string(); }

side weir_side(const std::string& named) {
  const std::size_t equals = named.find('=');
  if (equals == 0 || equals >= named.size() - 1)
    throw error(errc::invalid_argument, disposition::permanent,
                "\"" + named + "\" is not NAME=PATH of a variant of the order-processor");
  side made{.name = named.substr(0, equals),
            .command = {absolute(named.substr(equals + 1))},
            .consumer = "order-processor",
            .inbox = "weir_inbox",
            .outbox = "weir_outbox",
            .is_weir = true};
  made.takes_backlogs = made.name != one_by_one;
  return made;
}

side by_hand_side(const char* name, std::vector<std::string> command) {
  return {.name = name,
          .command = std::move(command),
          .consumer = "by-hand-batch",
          .inbox = "by_hand_inbox",
          .outbox = "by_hand_outbox",
          .takes_backlogs = true};
}

}  // namespace

std::vector<entrant> make_entrants(const programs& of) {
  std::vector<entrant> made;
  for (const std::string& named : of.weir) made.push_back({.who = weir_side(named)});
  if (!of.by_hand.empty()) {
    const std::string path = absolute(of.by_hand);
    made.push_back({.who = by_hand_side(by_hand, {path})});
    made.push_back({.who = by_hand_side(by_hand_ahead, {path, "--ahead"})});
  }
  const auto add = [&made](const char* name, std::vector<std::string> command, const char* consumer,
                           bool is_slow) {
    command.front() = absolute(command.front());
    made.push_back({.who = {.name = name,
                            .command = std::move(command),
                            .consumer = consumer,
                            .is_slow = is_slow}});
  };
  if (!of.go.empty()) {
    add(go, {of.go}, "go-order-processor", false);
    add(go_loop, {of.go, "--one-at-a-time"}, "go-order-processor", true);
  }
  if (!of.rust.empty()) {
    add(rust, {of.rust, "--in-flight", "64"}, "rust-order-processor", false);
    add(rust_loop, {of.rust}, "rust-order-processor", true);
  }
  return made;
}

std::optional<double> rate_reach(std::string_view variant, std::string_view peer) {
  for (const mark& one : rate_marks) {
    if (one.variant == variant && one.peer == peer) return one.reach;
  }
  return std::nullopt;
}

std::optional<double> cpu_reach(std::string_view variant) {
  if (variant != "unit") return std::nullopt;
  return unit_cpu_us;
}

}  // namespace weir::bench
