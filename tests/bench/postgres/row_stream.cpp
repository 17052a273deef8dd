// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "contests.hpp"
#include "on_pool.hpp"
#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr std::int64_t streamed_rows = 10'000'000;
/// The first rows fill buffers; what grows behind them grows with the rows.
constexpr std::int64_t settled_after = 100'000;
constexpr std::int64_t look_every = 50'000;
constexpr double growth_most_mib = 4;

constexpr auto many_rows = stmt<"select n, 'row ' || n from generate_series(1, $1::bigint) n",
                                postgres::statement_kind::read, "many_rows">;

/// The memory of this process that is in use.
double resident_mib() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  unsigned long total = 0;
  unsigned long resident = 0;
  const int read = file == nullptr ? 0 : std::fscanf(file, "%lu %lu", &total, &resident);
  if (file != nullptr) std::fclose(file);
  if (read != 2) {
    throw error(errc::invalid_input, disposition::permanent, "/proc/self/statm cannot be read");
  }
  constexpr double bytes_a_mib = 1 << 20;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / bytes_a_mib;
}

task<cost> stream_all(postgres::pool& db) {
  const stopwatch watch;
  auto rows = db.stream<std::tuple<std::int64_t, std::string>>(many_rows, streamed_rows);
  std::int64_t came = 0;
  double settled = 0;
  double most = 0;
  while (auto row = co_await rows.next()) {
    if (std::get<0>(*row) != ++came) break;
    if (came == settled_after) settled = resident_mib();
    if (came > settled_after && came % look_every == 0) most = std::max(most, resident_mib());
  }
  if (came != streamed_rows) {
    throw error(errc::invalid_input, disposition::permanent, "the stream ended too early");
  }
  cost spent = watch.of(streamed_rows);
  spent.figure = std::max(most - settled, 0.0);
  co_return spent;
}

}  // namespace

contest row_stream(const bench_place& at) {
  contest made{.name = "10 million rows streamed, growth of memory",
               .unit = "rows",
               .setup = "select 1",
               .count = "select " + std::to_string(streamed_rows),
               .operations = static_cast<std::uint64_t>(streamed_rows)};
  made.figure_unit = "MiB";
  made.figure_most = growth_most_mib;
  const auto ours = [](postgres::pool& db) { return stream_all(db); };
  made.sides.push_back({"weir", [=] { return on_pool(at.conninfo, 1, ours); }});
  return made;
}

}  // namespace weir::bench
