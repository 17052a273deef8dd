// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace weir::bench {

/// The server of all sides, what there is beside weir, and how much each shall do.
struct bench_place {
  std::string conninfo;
  std::string pgbench;       ///< Its path; empty: there is none.
  std::string psql;          ///< The same.
  std::string go_peer;       ///< Empty: there is none.
  std::uint64_t events = 0;  ///< A multiple of events_unit.
};

}  // namespace weir::bench
