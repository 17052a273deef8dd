// SPDX-License-Identifier: Apache-2.0
#include "measurement.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "weir/event/json.hpp"

namespace weir::bench {
namespace {

constexpr const char* result_file = "build/bench.json";

std::vector<measurement> written_before() {
  std::ifstream in(result_file);
  if (!in) return {};
  std::ostringstream text;
  text << in.rdbuf();
  return json::decode<std::vector<measurement>>(text.str()).value();
}

}  // namespace

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void print_table(const std::vector<measurement>& lines) {
  std::printf("\n%-48s %12s %-9s %12s %7s %7s\n", "", "weir", "", "peer", "ratio", "reach");
  for (const measurement& line : lines) {
    std::printf("%-48s %12.1f %-9s", line.name.c_str(), line.value, line.unit.c_str());
    if (line.ratio) std::printf(" %12.1f %7.3f", *line.peer_value, *line.ratio);
    if (line.reach) {
      if (!line.ratio) std::printf(" %20s", "");
      std::printf(" %7.3f %-7s", *line.reach, *line.met ? "met" : "NOT MET");
    } else {
      std::printf(" %15s", "");
    }
    std::printf("  %s\n", line.peer ? line.peer->c_str() : "");
  }
}

void write_results(const std::vector<measurement>& lines) {
  auto all = written_before();
  std::erase_if(all, [&](const measurement& old) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const measurement& line) { return line.suite == old.suite; });
  });
  all.insert(all.end(), lines.begin(), lines.end());
  std::filesystem::create_directories(std::filesystem::path(result_file).parent_path());
  std::ofstream out(result_file, std::ios::trunc);
  out << json::encode(all) << '\n';
  out.close();
  if (!out) throw std::runtime_error(std::string("cannot write \"") + result_file + '"');
}

}  // namespace weir::bench
