// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/bulk.hpp"

#include "pool_core.hpp"
#include "session.hpp"

namespace weir::postgres::detail {

task<result_set> run_on(tx& db, const statement_shape& shape, parameters encoded) {
  return session_access::of(db).run(shape, std::move(encoded));
}

task<result_set> run_on(pool& db, const statement_shape& shape, parameters encoded) {
  return pool_access::of(db).run(shape, std::move(encoded));
}

void refuse_field(const weir::error& why, std::size_t row, std::string_view field) {
  throw weir::error(why.code(), why.disposition(),
                    "field \"" + std::string(field) + "\" of row " + std::to_string(row) +
                        " cannot be sent: " + why.message());
}

void lost_key(std::string_view table) {
  throw weir::error(errc::invalid_input, disposition::permanent,
                    "rows were stored in " + std::string(table) +
                        ", but which of them cannot be told: the server gave back a key that was "
                        "not sent, so a trigger or the type of a key column changes the keys; use "
                        "a field that holds exactly what the column does");
}

}  // namespace weir::postgres::detail
