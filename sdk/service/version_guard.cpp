// SPDX-License-Identifier: Apache-2.0
#include "version_guard.hpp"

#include "effect_tables.hpp"
#include "weir/postgres/error.hpp"

namespace weir::detail {
namespace {

using postgres::statement_kind;

constexpr auto enter_version = stmt<
    "insert into weir_versions as known (consumer, key, version) values ($1, $2, $3) "
    "on conflict (consumer, key) do update "
    "set previous = known.version, version = excluded.version",
    statement_kind::write, "weir_version_enter">;
constexpr auto read_version =
    stmt<"select version from weir_versions where consumer = $1 and key = $2", statement_kind::read,
         "weir_version_read">;

}  // namespace

void version_guard::enter(postgres::tx& in, const std::string& key, std::int64_t version) const {
  in.enqueue(enter_version, consumer_, key, version);
}

void version_guard::enter(postgres::unit& in, const std::string& key, std::int64_t version) const {
  in.exec(enter_version, consumer_, key, version);
}

task<bool> version_guard::is_old(const std::string& key, std::int64_t version) const {
  const auto known = co_await database_.maybe<std::int64_t>(read_version, consumer_, key);
  co_return known && *known >= version;
}

bool is_outdated(const error& failure) noexcept {
  const auto* by_server = dynamic_cast<const postgres::error*>(&failure);
  return by_server != nullptr && by_server->constraint() == versions_check;
}

}  // namespace weir::detail
