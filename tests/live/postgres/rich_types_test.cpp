// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "fixture.hpp"
#include "round_trip.hpp"
#include "seed.hpp"

namespace {

using namespace weir;
using postgres::numeric;
using postgres::pool;
using weir::test::check_round_trip;
using weir::test::check_text;
using weir::test::on_postgres;
using weir::test::options_for;

/// How many random values of a type are sent.
constexpr int random_count = 100;

// Not in the calls: g++ 14 fails on a braced list of objects within a co_await expression.
std::vector<numeric> numbers() {
  std::vector<numeric> all{numeric(), numeric::nan(), numeric::infinity(),
                           numeric::minus_infinity()};
  for (const char* text : {"0.000", "-1", "1.50", "10000", "99999999.00000001", "-0.0001",
                           "1e131071", "1e-16383", "-1e-5"}) {
    all.emplace_back(text);
  }
  all.emplace_back(std::string(131'072, '9') + "." + std::string(16'383, '9'));
  std::mt19937_64 random(weir::test::seed());
  for (int i = 0; i < random_count; ++i) {
    const auto digits = static_cast<std::int64_t>(random());
    all.emplace_back(std::to_string(digits) + "e" + std::to_string(random() % 80));
    all.emplace_back(std::to_string(digits) + "e-" + std::to_string(random() % 80));
  }
  return all;
}

}  // namespace

TEST_SUITE("postgres.rich_types") {
  TEST_CASE("decimal numbers come back as they were sent, and print as the server prints them") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      co_await check_round_trip(db, stmt<"select $1::numeric">, stmt<"select $1::numeric[]">,
                                numbers());
      co_await check_text(db, stmt<"select $1::numeric::text">, numbers());
    });
  }

  TEST_CASE("what the server calculates is read with the digits that it gives") {
    on_postgres(options_for("rich_types"), [](pool& db) -> task<> {
      const auto sum = co_await db.one<numeric>(stmt<"select $1 + 0.20::numeric">, numeric("1.3"));
      CHECK(sum.to_string() == "1.50");
      const auto third = co_await db.one<numeric>(stmt<"select 10::numeric / 3">);
      CHECK(third.to_string() == "3.3333333333333333");
      const auto typed = co_await db.one<numeric>(stmt<"select $1::numeric(6, 3)">, numeric(12));
      CHECK(typed.to_string() == "12.000");
    });
  }
}
