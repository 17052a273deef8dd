// SPDX-License-Identifier: Apache-2.0
#include "on_pool.hpp"

namespace weir::bench {

task<> open_connections(postgres::pool& db, std::size_t connections) {
  std::vector<postgres::transaction> held;
  for (std::size_t opened = 0; opened < connections; ++opened) {
    postgres::transaction next = co_await db.begin();
    held.push_back(std::move(next));
  }
  for (postgres::transaction& one : held) co_await one.rollback();
}

}  // namespace weir::bench
