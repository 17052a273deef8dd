// SPDX-License-Identifier: Apache-2.0
#include "log_sites.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "weir/observe/log.hpp"

TEST_SUITE_BEGIN("observe.log_sites");

namespace {

using weir::log_lines_per_second;
using weir::detail::log_site;
using weir::detail::log_sites;

constexpr const char* file = "here.cpp";

}  // namespace

TEST_CASE("a place writes so many lines a second; the next second tells how many were suppressed") {
  const auto sites = std::make_unique<log_sites>();
  for (unsigned line = 0; line < log_lines_per_second; ++line) {
    CHECK(sites->enter({file, 1}, 7).passes);
  }
  CHECK_FALSE(sites->has_untold());
  CHECK_FALSE(sites->enter({file, 1}, 7).passes);
  CHECK_FALSE(sites->enter({file, 1}, 7).passes);
  CHECK(sites->enter({file, 2}, 7).passes);  // Another place.
  CHECK(sites->has_untold());

  const auto next = sites->enter({file, 1}, 8);
  CHECK(next.passes);
  CHECK(next.suppressed == 2);
  CHECK_FALSE(sites->has_untold());
  CHECK(sites->enter({file, 1}, 8).suppressed == 0);
}

TEST_CASE("what no line follows is told when its second is over, once") {
  const auto sites = std::make_unique<log_sites>();
  for (unsigned line = 0; line < log_lines_per_second + 5; ++line) sites->enter({file, 3}, 7);
  std::vector<std::uint64_t> told;
  const auto note = [&](log_site site, std::uint64_t suppressed) {
    CHECK(site == log_site{file, 3});
    told.push_back(suppressed);
  };
  sites->tell(7, note);
  CHECK(told.empty());
  CHECK(sites->has_untold());
  sites->tell(8, note);
  sites->tell(9, note);
  CHECK(told == std::vector<std::uint64_t>{5});
  CHECK_FALSE(sites->has_untold());
}

TEST_CASE("more places than there is room for share what is left, and none is lost count of") {
  const auto sites = std::make_unique<log_sites>();
  constexpr unsigned places = 3 * log_sites::sites_max;
  std::uint64_t passed = 0;
  for (unsigned place = 1; place <= places; ++place) {
    for (int again = 0; again < 2; ++again) {
      if (sites->enter({file, place}, 7).passes) ++passed;
    }
  }
  CHECK(passed >= log_sites::sites_max);
  CHECK(passed < 2 * places);
  std::uint64_t suppressed = 0;
  sites->tell(8, [&](log_site, std::uint64_t count) { suppressed += count; });
  CHECK(passed + suppressed == 2 * places);
}

TEST_SUITE_END();
