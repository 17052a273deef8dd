// SPDX-License-Identifier: Apache-2.0
#include "log_ring.hpp"

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <random>
#include <string>

#include "seed.hpp"

TEST_SUITE_BEGIN("observe.log_ring");

namespace {

constexpr int rounds = 20'000;
constexpr std::size_t capacity = 64;

}  // namespace

TEST_CASE("what is put in comes out in its order, and what does not fit is refused whole") {
  std::mt19937_64 random(weir::test::seed());
  weir::detail::log_ring ring(capacity);
  std::string expected;
  char next = 'a';
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::string line(random() % 40, next);
    next = next == 'z' ? 'a' : static_cast<char>(next + 1);
    const bool fits = expected.size() + line.size() <= capacity;
    CHECK(ring.append(line) == fits);
    refused += fits ? 0 : 1;
    if (fits) expected += line;
    std::array<char, 50> out{};
    const std::size_t count = ring.copy(std::span(out).first(random() % out.size()));
    CHECK(count <= expected.size());
    CHECK(std::string_view(out.data(), count) == expected.substr(0, count));
    const std::size_t taken = count == 0 ? 0 : random() % (count + 1);
    ring.consume(taken);
    expected.erase(0, taken);
    CHECK(ring.size() == expected.size());
  }
  CHECK(refused > 0);
}

TEST_SUITE_END();
