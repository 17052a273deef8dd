// SPDX-License-Identifier: Apache-2.0
// error: every column is part of the key
#include "weir/postgres/bulk.hpp"

struct tag {
  std::int64_t id;
};
constexpr auto tags = weir::postgres::table<tag, "tag">;
constexpr auto target = tags.on_conflict<"id">().do_update();
