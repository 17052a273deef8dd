// SPDX-License-Identifier: Apache-2.0
#include "weir/poll.hpp"

#include <doctest/doctest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <thread>

#include "weir/file_descriptor.hpp"

namespace {

/// Waits for a descriptor that another library made; then it can be read without blocking.
weir::task<std::uint64_t> next_value(const weir::file_descriptor& source) {
  co_await weir::poll(source.get(), POLLIN);
  std::uint64_t value = 0;
  [[maybe_unused]] const auto count = read(source.get(), &value, sizeof value);
  co_return value;
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("poll: anything with a descriptor can be awaited") {
    const weir::file_descriptor source(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    REQUIRE(source);
    weir::loop home;
    std::thread other([&] { eventfd_write(source.get(), 7); });
    CHECK(home.run(next_value(source)) == 7);
    other.join();
  }
}
