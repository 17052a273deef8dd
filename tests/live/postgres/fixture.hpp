// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "servers/postgres_server.hpp"
#include "weir/loop.hpp"
#include "weir/postgres/pool.hpp"

namespace weir::test {

/// The server that the cases of this program share; started at the first use.
servers::postgres_server& shared_postgres();

/// Runs SQL text on a connection of its own, by libpq alone, blocking; gives the first value.
std::string run_elsewhere(const std::string& sql);

/// Options for a pool whose connections stand in a schema of this name, made empty for the case.
postgres::pool_options options_for(const std::string& schema);

/// Runs `body(pool&)` on a loop of its own and closes the pool, whatever happens.
template <class Body>
task<> with_pool(postgres::pool_options options, Body& body) {
  postgres::pool db(std::move(options));
  std::exception_ptr failure;
  try {
    co_await body(db);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await db.close();
  if (failure) std::rethrow_exception(failure);
}

template <class Body>
void on_postgres(postgres::pool_options options, Body body) {
  loop here;
  here.run(with_pool(std::move(options), body));
}

}  // namespace weir::test
