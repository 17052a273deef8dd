// SPDX-License-Identifier: Apache-2.0
#include "finding.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "printable.hpp"
#include "weir/event/json.hpp"

namespace weir::doctor {
namespace {

struct finding_line {
  severity severity;
  std::string subject;
  std::string what;
  std::string remedy;
};

std::string_view mark_of(severity value) noexcept {
  switch (value) {
    case severity::good:
      return "ok";
    case severity::note:
      return "note";
    case severity::warning:
      return "warning";
    case severity::problem:
      return "problem";
  }
  return "?";
}

std::ptrdiff_t count(const findings& all, severity value) {
  return std::ranges::count(all, value, &finding::is);
}

}  // namespace

bool is_ill(const findings& all) noexcept {
  return std::ranges::any_of(all, [](const finding& one) { return one.is >= severity::warning; });
}

void print(const findings& all, std::ostream& out) {
  for (const finding& one : all) {
    out << fmt::format("{:<8} {}: {}\n", mark_of(one.is), tools::printable(one.subject),
                       tools::printable(one.what));
    if (!one.remedy.empty()) out << fmt::format("{:<8} -> {}\n", "", tools::printable(one.remedy));
  }
  out << fmt::format("\n{} good, {} notes, {} warnings, {} problems\n", count(all, severity::good),
                     count(all, severity::note), count(all, severity::warning),
                     count(all, severity::problem));
}

void print_json(const findings& all, std::ostream& out) {
  for (const finding& one : all) {
    out << json::encode(finding_line{.severity = one.is,
                                     .subject = tools::printable(one.subject),
                                     .what = tools::printable(one.what),
                                     .remedy = tools::printable(one.remedy)})
        << '\n';
  }
}

}  // namespace weir::doctor
