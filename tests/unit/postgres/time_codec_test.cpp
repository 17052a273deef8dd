// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

using std::chrono::microseconds;
using limits = std::numeric_limits<std::int64_t>;

/// Microseconds from 1970 to 2000.
constexpr std::int64_t epoch = 946'684'800'000'000;

std::string wire(std::int64_t since_2000) {
  std::string bytes;
  put_big_endian(bytes, static_cast<std::uint64_t>(since_2000));
  return bytes;
}

TEST_SUITE("postgres.time_codec") {
  TEST_CASE("times that do not fit when they are counted from 1970 are refused, not wrapped") {
    CHECK(is_refused<timestamp>(wire(limits::max() - 1)));
    CHECK(is_refused<timestamp>(wire(limits::max() - epoch)));
    CHECK(is_refused<local_timestamp>(wire(limits::max() - epoch)));
    CHECK(decoded<timestamp>(wire(limits::max() - epoch - 1)) ==
          timestamp::max() - microseconds(1));
    CHECK(is_refused<timestamp>(wire(limits::min() + 1)));
    CHECK(is_refused<local_timestamp>(wire(limits::min() + 1)));
  }

  TEST_CASE("a time before 4714 BC is not sent") {
    const timestamp first(local_timestamp::first().time().time_since_epoch());
    CHECK(decoded<timestamp>(encoded(first)) == first);
    CHECK(is_wrong_argument([&] { return encoded(first - microseconds(1)); }));
    CHECK(is_wrong_argument([] { return encoded(timestamp::min() + microseconds(1)); }));
  }

  TEST_CASE("the infinities are the ends of a timestamp") {
    CHECK(encoded(timestamp::max()) == wire(limits::max()));
    CHECK(encoded(timestamp::min()) == wire(limits::min()));
    CHECK(decoded<timestamp>(wire(limits::max())) == timestamp::max());
    CHECK(decoded<timestamp>(wire(limits::min())) == timestamp::min());
  }

  TEST_CASE("the binary form counts from 2000") {
    CHECK(encoded(timestamp(microseconds(epoch + 1))) == wire(1));
    CHECK(decoded<timestamp>(wire(-1)) == timestamp(microseconds(epoch - 1)));
  }
}

}  // namespace
}  // namespace weir::postgres::detail
