// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/headers.hpp"

#include <doctest/doctest.h>

#include <vector>

TEST_SUITE_BEGIN("nats.headers");

using weir::nats::headers;

TEST_CASE("entries come in the order in which they were added, names as often as they were") {
  headers all{{"Tag", "a: b"}, {"Empty", ""}};
  all.add("Tag", ":");

  const std::vector<headers::entry> seen(all.begin(), all.end());

  CHECK(seen == std::vector<headers::entry>{{"Tag", "a: b"}, {"Empty", ""}, {"Tag", ":"}});
  CHECK(all.size() == 3);
  CHECK(all.lines() == "Tag: a: b\r\nEmpty: \r\nTag: :\r\n");
}

TEST_CASE("what is found is the first value of just that name") {
  const headers all{{"Tag", "Other: 1"}, {"Other", "2"}, {"Other", "3"}};

  CHECK(all.find("Other") == "2");
  CHECK(all.find("other") == std::nullopt);
  CHECK(all.find("") == std::nullopt);
}

TEST_CASE("a value may be one of the same headers") {
  headers all{{"Request-Id", "as long as it must be to have no room beside the first one"}};

  for (int count = 0; count < 9; ++count) all.add("Reply-Id", *all.find("Request-Id"));

  for (const auto& [name, value] : all) CHECK(value == all.find("Request-Id"));
  CHECK(all.size() == 10);
}

TEST_CASE("none are empty, and a walk over them ends at once") {
  const headers none;

  CHECK(none.empty());
  CHECK(none.begin() == none.end());
  CHECK(none.find("Tag") == std::nullopt);
}

TEST_SUITE_END();
