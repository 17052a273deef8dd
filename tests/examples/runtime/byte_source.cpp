// SPDX-License-Identifier: Apache-2.0
#include "weir/byte_source.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "weir/loop.hpp"

namespace {

template <weir::byte_source Source>
weir::task<std::size_t> count_bytes(Source& source) {
  std::array<std::byte, 4096> part;
  for (std::size_t total = 0;;) {
    const std::size_t count = co_await source.read_some(part);
    if (count == 0) co_return total;
    total += count;
  }
}

/// A byte source of one's own: a text.
class text_source {
 public:
  explicit text_source(std::string_view text) : left_(text) {}

  weir::task<std::size_t> read_some(std::span<std::byte> into) {
    const std::size_t count = std::min(into.size(), left_.size());
    std::ranges::copy(std::as_bytes(std::span(left_.substr(0, count))), into.begin());
    left_.remove_prefix(count);
    co_return count;
  }

 private:
  std::string_view left_;
};

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("byte_source: read anything that gives bytes") {
    text_source source("hello, weir");
    weir::loop home;
    CHECK(home.run(count_bytes(source)) == 11);
  }
}
