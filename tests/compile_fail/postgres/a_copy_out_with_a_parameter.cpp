// SPDX-License-Identifier: Apache-2.0
// error: COPY takes no parameters
#include "weir/postgres/copy.hpp"

struct stock {
  std::int64_t id;
};
constexpr auto some = weir::stmt<"select id from stock where id > $1">;
auto run(weir::postgres::tx& db) { return weir::postgres::copy_out<stock>(db, some); }
