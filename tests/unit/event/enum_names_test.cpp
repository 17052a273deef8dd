// SPDX-License-Identifier: Apache-2.0
#include "weir/enum_names.hpp"

#include <doctest/doctest.h>

namespace {

enum class level : unsigned char { low = 1, v2 = 2, high = 127, beyond = 128 };
enum plain { plain_one };

}  // namespace

TEST_SUITE("event.enum_names") {
  TEST_CASE("enumerators are found by name and named by value") {
    CHECK(weir::enum_names<level>().size() == 3);
    CHECK(weir::enum_name(level::low) == "low");
    CHECK(weir::enum_name(level::v2) == "v2");
    CHECK(weir::enum_name(level::high) == "high");
    CHECK(weir::enum_value<level>("v2") == level::v2);
  }

  TEST_CASE("a value without a name, or past the limit, has none") {
    CHECK_FALSE(weir::enum_name(static_cast<level>(3)).has_value());
    CHECK_FALSE(weir::enum_name(level::beyond).has_value());
    CHECK_FALSE(weir::enum_value<level>("beyond").has_value());
    CHECK_FALSE(weir::enum_value<level>("").has_value());
  }

  TEST_CASE("only an enum class is taken") {
    CHECK(weir::named_enum<level>);
    CHECK_FALSE(weir::named_enum<plain>);
    CHECK_FALSE(weir::named_enum<int>);
  }
}
