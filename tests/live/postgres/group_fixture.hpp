// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"
#include "weir/postgres/group_commit.hpp"

namespace weir::test {

/// Runs `body(group, pool)` on a table of items in a schema of its own, and closes both.
template <class Body>
void with_group(const std::string& schema, Body body, postgres::group_commit_options how = {}) {
  postgres::pool_options options = options_for(schema);
  run_elsewhere("create table " + schema + ".items (id bigint primary key, value bigint)");
  run_elsewhere("create table " + schema +
                ".once (id bigint unique deferrable initially deferred)");
  loop here;
  auto use = [&](postgres::pool& db) -> task<> {
    postgres::group_commit group(db, how);
    std::exception_ptr failure;
    try {
      co_await body(group, db);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await group.close();
    if (failure) std::rethrow_exception(failure);
  };
  here.run(with_pool(options, use));
}

}  // namespace weir::test
