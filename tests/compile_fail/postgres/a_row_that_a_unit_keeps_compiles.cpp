// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/postgres/group_commit.hpp"

struct label_text {
  std::string text;
};
template <>
struct weir::postgres::value_of<label_text> {
  static std::string_view to_value(const label_text& from) { return from.text; }
  static label_text from_value(std::string text) { return {std::move(text)}; }
};

struct stock {
  std::int64_t id;
  std::optional<std::string> name;
  std::vector<label_text> labels;
  std::vector<std::byte> picture;
  weir::postgres::numeric price;
  weir::postgres::range<weir::postgres::date> sold;
};
constexpr auto stocks = weir::postgres::table<stock, "stock">;
constexpr auto by_id = stocks.on_conflict<"id">().do_update<"price">();
void run(weir::postgres::unit& work, const stock& row) {
  work.insert(stocks, row);
  work.upsert(by_id, row);
}
