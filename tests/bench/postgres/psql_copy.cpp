// SPDX-License-Identifier: Apache-2.0
#include "psql_copy.hpp"

#include <charconv>
#include <fstream>

#include "binary_format.hpp"
#include "peer_program.hpp"
#include "stock.hpp"
#include "weir/error.hpp"

namespace weir::bench {
namespace {

constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);
constexpr std::uint16_t columns = 3;
constexpr std::uint16_t end_mark = 0xFFFF;

void put_row(std::string& into, const stock& row) {
  put(into, columns);
  put(into, static_cast<std::uint32_t>(sizeof row.id));
  put(into, static_cast<std::uint64_t>(row.id));
  put(into, static_cast<std::uint32_t>(sizeof row.quantity));
  put(into, static_cast<std::uint32_t>(row.quantity));
  put(into, static_cast<std::uint32_t>(row.body.size()));
  into += row.body;
}

/// What psql's \timing says, in milliseconds.
double read_time(const std::string& report) {
  constexpr std::string_view label = "Time: ";
  const std::size_t found = report.find(label);
  double milliseconds = 0;
  if (found != report.npos) {
    const char* const begin = report.data() + found + label.size();
    std::from_chars(begin, report.data() + report.size(), milliseconds);
  }
  if (milliseconds > 0) return milliseconds;
  throw error(errc::protocol, disposition::permanent,
              "psql printed no time that can be read: " + report);
}

}  // namespace

void write_copy_file(const std::filesystem::path& file, std::uint64_t rows) {
  std::string content(signature);
  put(content, std::uint32_t{0});  // flags
  put(content, std::uint32_t{0});  // the bytes of an extension
  stock_source source;
  for (std::uint64_t written = 0; written < rows; written += upsert_rows) {
    for (const stock& row : source.next()) put_row(content, row);
  }
  put(content, end_mark);
  std::ofstream out(file, std::ios::binary);
  out << content;
  out.close();
  if (!out)
    throw error(errc::invalid_input, disposition::permanent, "cannot write " + file.string());
}

task<cost> run_psql_copy(bench_place at, std::filesystem::path file, std::uint64_t rows) {
  process_options how;
  how.program = at.psql;
  how.arguments.push_back("--no-psqlrc");
  how.arguments.push_back("--set=ON_ERROR_STOP=1");
  std::string script = "\\timing on\n\\copy copied from '" + file.string() + "' (format binary)\n";
  const peer_report report = co_await run_peer(std::move(how), at.conninfo, std::move(script));
  const auto count = static_cast<double>(rows);
  cost spent;
  spent.figure = count / (read_time(report.output) / 1000);
  spent.cpu_us = report.cpu_us / count;
  co_return spent;
}

}  // namespace weir::bench
