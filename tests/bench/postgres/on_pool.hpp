// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "stopwatch.hpp"
#include "weir/postgres/pool.hpp"

namespace weir::bench {

/// Opens all connections that the pool may have: connecting is not what is measured.
task<> open_connections(postgres::pool& db, std::size_t connections);

/// Gives what `work(pool&)` gives, on a pool of its own that is closed after.
template <class Work>
task<cost> on_pool(std::string conninfo, std::size_t connections, Work work) {
  postgres::pool_options options;
  options.conninfo = std::move(conninfo);
  options.max_connections = connections;
  postgres::pool db(std::move(options));
  result<cost> spent = error::cancelled();
  const auto opened = co_await open_connections(db, connections).as_result();
  if (opened.has_value()) {
    spent = co_await work(db).as_result();
  } else {
    spent = opened.error();
  }
  co_await db.close();
  co_return spent.value();
}

}  // namespace weir::bench
