// SPDX-License-Identifier: Apache-2.0
#include "weir/uuid.hpp"

#include <doctest/doctest.h>

#include <set>
#include <unordered_set>

#include "weir/timestamp.hpp"

using weir::uuid;

TEST_SUITE("event.uuid") {
  TEST_CASE("a uuid reads its text form in either case and writes it in lower case") {
    const auto id = uuid::parse("01890A5D-ac96-774B-bcce-b302099a8057");

    REQUIRE(id.has_value());
    CHECK(id->to_string() == "01890a5d-ac96-774b-bcce-b302099a8057");
    CHECK(id->bytes()[0] == 0x01);
    CHECK(id->bytes()[15] == 0x57);
  }

  TEST_CASE("text that is not exactly a uuid is refused") {
    for (const char* text :
         {"", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80570",
          "01890a5dac96-774b-bcce-b302099a8057-", "g1890a5d-ac96-774b-bcce-b302099a8057",
          "01890a5d-ac96-774b-bcce-b302099a805\xff", "{1890a5d-ac96-774b-bcce-b302099a805}",
          "01890a5d ac96-774b-bcce-b302099a8057"}) {
      CAPTURE(text);
      CHECK_FALSE(uuid::parse(text).has_value());
    }
  }

  TEST_CASE("parsing works at compile time") {
    static_assert(uuid::parse("00000000-0000-0000-0000-000000000000")->is_nil());
    CHECK(uuid{}.is_nil());
  }

  TEST_CASE("random uuids carry version 4 and do not repeat") {
    constexpr int count = 1000;
    std::unordered_set<uuid> seen;
    for (int i = 0; i < count; ++i) {
      const uuid id = uuid::random();
      CHECK((id.bytes()[6] >> 4) == 4);
      CHECK((id.bytes()[8] >> 6) == 2);
      seen.insert(id);
    }
    CHECK(seen.size() == count);
  }

  TEST_CASE("version 7 uuids of later microseconds sort later") {
    const weir::timestamp start = *weir::parse_rfc3339("2026-01-31T12:30:00.123456Z");
    uuid earlier = uuid::v7(start);
    CHECK((earlier.bytes()[6] >> 4) == 7);
    CHECK(earlier.to_string().substr(0, 13) == "019c1408-15bb");
    for (int i = 1; i < 2000; ++i) {
      const uuid later = uuid::v7(start + std::chrono::microseconds(i));
      CHECK(earlier < later);
      earlier = later;
    }
  }

  TEST_CASE("a version 7 uuid of a time before 1970 is one of 1970") {
    const uuid id = uuid::v7(weir::timestamp(std::chrono::microseconds(-5)));
    CHECK(id.to_string().substr(0, 18) == "00000000-0000-7000");
  }
}
