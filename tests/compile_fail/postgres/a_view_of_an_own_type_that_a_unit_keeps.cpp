// SPDX-License-Identifier: Apache-2.0
// error: is a view or a pointer, and a unit keeps the row
#include "weir/postgres/group_commit.hpp"

struct label_text {
  std::string_view text;
};
template <>
struct weir::postgres::value_of<label_text> {
  static std::string_view to_value(const label_text& from) { return from.text; }
  static label_text from_value(std::string_view) { return {}; }
};

struct stock {
  std::int64_t id;
  std::vector<label_text> labels;
};
constexpr auto stocks = weir::postgres::table<stock, "stock">;
constexpr auto by_id = stocks.on_conflict<"id">().do_update();
auto run(weir::postgres::unit& work, const stock& row) { return work.upsert(by_id, row); }
