// SPDX-License-Identifier: Apache-2.0
#include "unnest_upsert.hpp"

#include <array>

#include "binary_format.hpp"

namespace weir::bench {
namespace {

constexpr const char* statement_name = "upsert";
constexpr std::uint32_t bigint_type = 20;  // The numbers of pg_type.
constexpr std::uint32_t integer_type = 23;
constexpr std::uint32_t text_type = 25;

void begin_array(std::string& into, std::uint32_t type, std::size_t size) {
  into.clear();
  put(into, std::uint32_t{1});  // dimensions
  put(into, std::uint32_t{0});  // there is no NULL
  put(into, type);
  put(into, static_cast<std::uint32_t>(size));
  put(into, std::uint32_t{1});  // the number of the first
}

}  // namespace

unnest_upsert::unnest_upsert(libpq_connection& on) : on_(&on) {
  on.prepare(statement_name, upsert_stock.text());
}

void unnest_upsert::store(std::span<const stock> rows) {
  begin_array(ids_, bigint_type, rows.size());
  begin_array(quantities_, integer_type, rows.size());
  begin_array(bodies_, text_type, rows.size());
  for (const stock& row : rows) {
    put(ids_, static_cast<std::uint32_t>(sizeof row.id));
    put(ids_, static_cast<std::uint64_t>(row.id));
    put(quantities_, static_cast<std::uint32_t>(sizeof row.quantity));
    put(quantities_, static_cast<std::uint32_t>(row.quantity));
    put(bodies_, static_cast<std::uint32_t>(row.body.size()));
    bodies_ += row.body;
  }
  const std::array<binary_value, 3> parameters{ids_, quantities_, bodies_};
  on_->execute(statement_name, parameters);
}

}  // namespace weir::bench
