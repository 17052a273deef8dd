// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/postgres/pool.hpp"

struct order {
  weir::uuid id;
  std::optional<std::string> note;
  std::vector<std::int64_t> amounts;
};
constexpr auto find = weir::stmt<"select id, note, amounts from orders where id = $1 -- $2">;
constexpr auto insert = weir::stmt<"insert into orders values ($1, $2, $3)">;

weir::task<std::vector<order>> orders(weir::postgres::tx& db, const order& wanted) {
  db.enqueue(insert, wanted.id, wanted.note, wanted.amounts);
  co_await db.exec(insert, wanted.id, "text", wanted.amounts);
  co_return co_await db.query<order>(find, wanted.id);
}
