// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <limits>

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

using limits = std::numeric_limits<float>;

TEST_SUITE("postgres.codec") {
  TEST_CASE("a float travels as real, extremes included") {
    CHECK(codec<float>::type == real_type);
    CHECK(encoded(1.5f) == std::string("\x3f\xc0\0\0", 4));
    for (const float value : {0.0f, 0.1f, limits::lowest(), limits::max(), limits::denorm_min(),
                              limits::infinity(), -limits::infinity()}) {
      check_form(value);
    }
    CHECK(std::signbit(decoded<float>(encoded(-0.0f))));
    CHECK(std::isnan(decoded<float>(encoded(limits::quiet_NaN()))));
  }

  TEST_CASE("every bit of a random float comes back") {
    std::mt19937_64 random(weir::test::seed());
    for (int i = 0; i < 300; ++i) {
      const auto bits = static_cast<std::uint32_t>(random());
      const auto back = decoded<float>(encoded(std::bit_cast<float>(bits)));
      CHECK(std::bit_cast<std::uint32_t>(back) == bits);
    }
  }

  TEST_CASE("a double does not go into a float, while a real goes into both") {
    CHECK(codec<float>::accepts(real_type));
    CHECK_FALSE(codec<float>::accepts(double_type));
    CHECK(codec<double>::accepts(real_type));
  }
}

}  // namespace
}  // namespace weir::postgres::detail
