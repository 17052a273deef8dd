// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

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

/// Runs `body(pool&)` and closes the pool, whatever happens.
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

/// The same on a loop of its own.
template <class Body>
void on_postgres(postgres::pool_options options, Body body) {
  loop here;
  here.run(with_pool(std::move(options), body));
}

/// The postgres::error that `work` ends with; the case fails when there is none.
template <class T>
task<postgres::error> error_of(task<T> work) {
  std::optional<postgres::error> caught;
  try {
    (void)co_await std::move(work);
  } catch (const postgres::error& refused) {
    caught = refused;
  }
  REQUIRE(caught.has_value());
  co_return std::move(*caught);
}

template <class T>
task<> discard_value(task<T> work) {
  (void)co_await std::move(work);
}

}  // namespace weir::test
