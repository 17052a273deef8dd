// SPDX-License-Identifier: Apache-2.0
#include "database_probe.hpp"

#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

constexpr auto ask = stmt<"select 1", postgres::statement_kind::read, "weir_database_probe">;
constexpr duration kept_open = std::chrono::seconds(30);

postgres::pool_options one_connection(postgres::pool_options options) {
  options.max_connections = 1;
  options.idle_limit = kept_open;
  options.connect_timeout = database_probe::answer_limit;
  return options;
}

}  // namespace

database_probe::database_probe(const postgres::pool_options& as) : pool_(one_connection(as)) {}

task<bool> database_probe::answers() {
  const auto answer = co_await with_timeout(answer_limit, pool_.one<std::int32_t>(ask)).as_result();
  if (!answer && answer.error().is_cancelled()) throw answer.error();
  co_return answer.has_value();
}

bool is_away(const postgres::pool& database) {
  const auto now = database.stats();
  // While it fails to connect it tries one at a time.
  return !now.last_connect_error.empty() && now.connections <= 1;
}

}  // namespace weir::detail
