// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace weir::bench {

/// A program that handles orders.
struct side {
  std::string name;  ///< as the table tells it; of weir's the name of the variant
  std::vector<std::string> command;
  std::string consumer;
  std::string inbox = {};   ///< its table, for who has effects once
  std::string outbox = {};  ///< the same
  /// weir's: it runs until it is asked to end. The others are told how many orders will come.
  bool is_weir = false;
  /// Handles one order at a time, so it gets fewer of them.
  bool is_slow = false;
  /// Shares commits between orders, so that it can work off a million of them within the time.
  bool takes_backlogs = false;
};

/// What a side needed for a backlog of orders.
struct trial_result {
  double events_per_second = 0;
  double cpu_us_per_event = 0;  ///< start and end of the program included
  double peak_memory_kib = 0;
  double memory_growth_kib = 0;  ///< between the first and the last quarter of the orders
};

/// From the time when the stream stored an order to the time when it stored what came of it.
struct latency {
  double p50_ms = 0;
  double p99_ms = 0;
};

/// A side, and what became of it.
struct entrant {
  side who;
  std::vector<trial_result> rounds = {};
  std::vector<trial_result> few = {};   ///< with the small backlog
  std::vector<trial_result> many = {};  ///< with the large one
  /// At a tenth of the load that a variant of weir's can bear, by that variant's name.
  std::map<std::string, std::vector<latency>> at_tenth_of = {};
};

}  // namespace weir::bench
