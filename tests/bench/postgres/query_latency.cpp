// SPDX-License-Identifier: Apache-2.0
#include <endian.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "contests.hpp"
#include "items.hpp"
#include "libpq_connection.hpp"
#include "on_pool.hpp"
#include "placement.hpp"
#include "weir/blocking.hpp"
#include "weir/timeout.hpp"

namespace weir::bench {
namespace {

constexpr std::uint64_t events_a_query = 4;  // one at a time is slower than many
constexpr double latency_reach = 1.1;
constexpr const char* statement_name = "find";
constexpr auto find_server = stmt<"select pg_backend_pid()", postgres::statement_kind::read>;

task<cost> ask_all(postgres::pool& db, placement where, std::uint64_t queries) {
  const auto server = co_await db.one<std::int32_t>(find_server);
  const placed both(where, server);
  std::minstd_rand random;
  std::vector<double> times;
  times.reserve(queries);
  const stopwatch watch;
  for (std::uint64_t asked = 0; asked < queries; ++asked) {
    const auto id = static_cast<std::int64_t>(random() % keys + 1);
    const double began = watch.elapsed_us();
    const item found = co_await db.one<item>(find_item, id);
    times.push_back(watch.elapsed_us() - began);
    require_right(id, found);
  }
  co_return watch.of_questions(std::move(times));
}

/// The row of an answer, so that both sides give one.
item read_item(const PGresult* from) {
  if (PQntuples(from) != 1)
    throw error(errc::invalid_input, disposition::permanent, "libpq found no row");
  std::uint64_t id = 0;
  std::memcpy(&id, PQgetvalue(from, 0, 0), sizeof id);
  const auto size = static_cast<std::size_t>(PQgetlength(from, 0, 1));
  return {.id = static_cast<std::int64_t>(be64toh(id)),
          .body = std::string(PQgetvalue(from, 0, 1), size)};
}

item ask_by_hand(libpq_connection& on, std::int64_t id) {
  std::array<char, sizeof id> sent{};
  const std::uint64_t turned = htobe64(static_cast<std::uint64_t>(id));
  std::memcpy(sent.data(), &turned, sizeof turned);
  const std::array<binary_value, 1> parameters{sent};
  return read_item(on.execute(statement_name, parameters).get());
}

cost ask_all_by_hand(const std::string& conninfo, placement where, std::uint64_t queries) {
  libpq_connection on(conninfo);
  const placed both(where, std::stoi(on.run(std::string(find_server.text()))));
  on.prepare(statement_name, find_item.text());
  std::minstd_rand random;
  std::vector<double> times;
  times.reserve(queries);
  const stopwatch watch;
  for (std::uint64_t asked = 0; asked < queries; ++asked) {
    const auto id = static_cast<std::int64_t>(random() % keys + 1);
    const double began = watch.elapsed_us();
    const item found = ask_by_hand(on, id);
    times.push_back(watch.elapsed_us() - began);
    require_right(id, found);
  }
  return watch.of_questions(std::move(times));
}

contest query_latency(const bench_place& at, placement where) {
  const std::uint64_t queries = std::max<std::uint64_t>(at.events / events_a_query, 1);
  const std::string cores = where == placement::one_core ? "one core" : "two cores";
  contest made{.name = "query, one at a time, " + cores,
               .unit = "queries",
               .setup = make_items_sql(),
               .count = count_reads_sql,
               .operations = queries,
               .is_latency = true};
  const auto ours = [=](postgres::pool& db) { return ask_all(db, where, queries); };
  const auto by_hand = [=, on = at.conninfo] { return ask_all_by_hand(on, where, queries); };
  made.sides.push_back({"weir", [=] { return on_pool(at.conninfo, 1, ours); }});
  made.sides.push_back(
      {"libpq, PQexecPrepared", [=] { return as_task(blocking(by_hand)); }, latency_reach});
  return made;
}

}  // namespace

contest query_latency_on_one_core(const bench_place& at) {
  return query_latency(at, placement::one_core);
}

contest query_latency_on_two_cores(const bench_place& at) {
  return query_latency(at, placement::two_cores);
}

}  // namespace weir::bench
