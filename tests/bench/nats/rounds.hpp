// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "traffic.hpp"
#include "weir/task.hpp"

namespace weir::bench {

inline constexpr const char* raw_name = "a raw socket, encoded before";
inline constexpr const char* go_name = "Go, nats.go";
inline constexpr const char* cnats_name = "cnats with its threads";

struct bench_plan {
  std::uint64_t rounds = 0;
  std::uint64_t messages = 0;  ///< of each run
  std::string go_peer;         ///< empty: there is none
};

/// One who does what is measured.
struct side {
  std::string name;
  std::function<task<cost>()> measure;
  std::vector<cost> rounds = {};
};

enum class kind : unsigned char { fetch, publish, core_publish, core_subscribe, request };

/// What is measured, and who does it in turns.
struct contest {
  std::string name;
  side ours;
  std::vector<side> peers;
  kind what = kind::fetch;
  bench_server at = {};
  traffic of = {};

  bool is_jetstream() const noexcept { return what == kind::fetch || what == kind::publish; }
};

/// Starts a server, and lets all sides do everything `plan.rounds` times.
task<std::vector<contest>> run_contests(bench_plan plan);

}  // namespace weir::bench
