// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "fixture.hpp"

namespace {

using namespace weir;
using postgres::pool;
using weir::test::error_of;
using weir::test::on_postgres;
using weir::test::options_for;

struct order {
  uuid order_id;
  std::int64_t amount = 0;
  std::optional<std::string> note;
};

constexpr auto an_order = stmt<
    "select null::text as note, 7::int as amount, 1 as other, "
    "'01890a5d-ac96-774b-bcce-b302099a8057'::uuid as order_id">;

}  // namespace

TEST_SUITE("postgres.types") {
  TEST_CASE("not-a-number and a negative zero keep what makes them so") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      const double nan = co_await db.one<double>(stmt<"select $1::float8">, std::nan(""));
      CHECK(std::isnan(nan));
      const double zero = co_await db.one<double>(stmt<"select $1::float8">, -0.0);
      CHECK(std::signbit(zero));
    });
  }

  TEST_CASE("infinity is the end of time in both directions") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      const auto text =
          co_await db.one<std::string>(stmt<"select $1::timestamptz::text">, timestamp::max());
      CHECK(text == "infinity");
      const auto back = co_await db.one<timestamp>(stmt<"select '-infinity'::timestamptz">);
      CHECK(back == timestamp::min());
    });
  }

  TEST_CASE("a text fits columns of enum types and numeric, as a literal does") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      co_await db.exec(stmt<"create type colour as enum ('red', 'blue')">);
      const auto blue = co_await db.one<std::string>(stmt<"select ($1::colour)::text">, "blue");
      CHECK(blue == "blue");
      const auto sum = co_await db.one<std::string>(stmt<"select ($1::numeric + 1)::text">, "0.10");
      CHECK(sum == "1.10");
    });
  }

  TEST_CASE("a struct takes each field from the column of its name") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      const order found = co_await db.one<order>(an_order);
      CHECK(found.amount == 7);
      CHECK(found.order_id.to_string() == "01890a5d-ac96-774b-bcce-b302099a8057");
      CHECK_FALSE(found.note.has_value());
    });
  }

  TEST_CASE("a tuple takes all columns in their order") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      using row = std::tuple<std::int32_t, std::string>;
      const auto rows = co_await db.query<row>(stmt<"select * from (values (1, 'a'), (2, 'b')) t">);
      CHECK(rows == std::vector<row>{{1, "a"}, {2, "b"}});
    });
  }

  TEST_CASE("what does not fit is refused with the name of the column and a remedy") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      const auto message = [](const auto& outcome) {
        REQUIRE_FALSE(outcome.has_value());
        CHECK(outcome.error().disposition() == disposition::permanent);
        return outcome.error().message();
      };
      const auto missing = co_await db.one<order>(stmt<"select 1 as amount">).as_result();
      CHECK(message(missing).find("no column \"order_id\"") != std::string::npos);
      CHECK(message(missing).find("amount") != std::string::npos);
      const auto type = co_await db.one<std::int32_t>(stmt<"select 1::int8 as big">).as_result();
      CHECK(message(type).find("column \"big\"") != std::string::npos);
      CHECK(message(type).find("big::integer") != std::string::npos);
      const auto null = co_await db.one<std::int32_t>(stmt<"select null::int as gone">).as_result();
      CHECK(message(null).find("column \"gone\" is NULL") != std::string::npos);
      const auto count = co_await db.one<std::int32_t>(stmt<"select 1, 2">).as_result();
      CHECK(message(count).find("2 columns") != std::string::npos);
      const auto zero =
          co_await db.exec(stmt<"select $1::text">, std::string("a\0b", 3)).as_result();
      CHECK(message(zero).find("zero byte") != std::string::npos);
      const auto square =
          co_await db.one<std::vector<std::int32_t>>(stmt<"select '{{1},{2}}'::int4[]">)
              .as_result();
      CHECK(message(square).find("2 dimensions") != std::string::npos);
      const auto element =
          co_await db.one<std::vector<std::int32_t>>(stmt<"select '{1,null}'::int4[]">).as_result();
      CHECK(message(element).find("NULL") != std::string::npos);
    });
  }

  TEST_CASE("an array is read as a single value of its elements is") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      using wide = std::vector<std::int64_t>;
      const wide small = co_await db.one<wide>(stmt<"select array[1, -2]::int2[]">);
      CHECK(small == wide{1, -2});
      const wide middle = co_await db.one<wide>(stmt<"select array[1, -2]::int4[]">);
      CHECK(middle == wide{1, -2});
      using real = std::vector<double>;
      const real halves = co_await db.one<real>(stmt<"select array[0.5, -1.5]::real[]">);
      CHECK(halves == real{0.5, -1.5});
      using words = std::vector<std::string>;
      const words names = co_await db.one<words>(stmt<"select array['a', 'b']::name[]">);
      CHECK(names == words{"a", "b"});
      using documents = std::vector<postgres::jsonb>;
      const documents sent{{"[1]"}, {"{\"a\": 2}"}};
      const documents found = co_await db.one<documents>(stmt<"select $1::json[]">, sent);
      CHECK(found == sent);
      const auto narrow =
          co_await db.one<std::vector<std::int16_t>>(stmt<"select array[1]">).as_result();
      REQUIRE_FALSE(narrow.has_value());
      CHECK(narrow.error().is(errc::invalid_input));
    });
  }

  TEST_CASE("text that is not UTF-8 is refused by the server, alone and in an array") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      // A byte that begins nothing, a cut character, an overlong form, half of a pair.
      for (const char* text : {"\xff", "a\xc3", "\xc0\x80", "\xed\xa0\x80"}) {
        const postgres::error alone = co_await error_of(db.exec(stmt<"select $1::text">, text));
        CHECK(alone.sqlstate() == "22021");
        CHECK(alone.disposition() == disposition::permanent);
        const std::vector<std::string> list{"a", text};
        const postgres::error one = co_await error_of(db.exec(stmt<"select $1::text[]">, list));
        CHECK(one.sqlstate() == "22021");
      }
    });
  }

  TEST_CASE("one() wants one row and maybe() at most one") {
    on_postgres(options_for("types"), [](pool& db) -> task<> {
      const auto none = co_await db.one<std::int32_t>(stmt<"select 1 where false">).as_result();
      REQUIRE_FALSE(none.has_value());
      CHECK(none.error().is(errc::not_found));
      const auto two = co_await db.maybe<std::int32_t>(stmt<"values (1), (2)">).as_result();
      REQUIRE_FALSE(two.has_value());
      CHECK(two.error().is(errc::conflict));
      const auto nothing = co_await db.maybe<std::int32_t>(stmt<"select 1 where false">);
      CHECK_FALSE(nothing.has_value());
    });
  }
}
