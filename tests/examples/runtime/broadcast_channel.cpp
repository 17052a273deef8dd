// SPDX-License-Identifier: Apache-2.0
#include "weir/broadcast_channel.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "weir/scope.hpp"

namespace {

using news = weir::broadcast_channel<std::string>;

weir::task<> read(news::subscription paper, std::vector<std::string>& lines) {
  while (const auto line = co_await paper.receive()) lines.push_back(*line);
}

weir::task<> publish(std::vector<std::string>& first, std::vector<std::string>& second) {
  news channel(16);
  co_await weir::with_scope([&](weir::scope& readers) -> weir::task<> {
    readers.spawn(read(channel.subscribe(), first));
    readers.spawn(read(channel.subscribe(), second));
    channel.send("rain");  // Never waits for a reader.
    channel.send("sun");
    channel.close();
    co_await readers.join();
  });
}

}  // namespace

TEST_SUITE("examples.runtime") {
  TEST_CASE("broadcast_channel: every reader gets every line") {
    weir::loop home;
    std::vector<std::string> first;
    std::vector<std::string> second;
    home.run(publish(first, second));
    CHECK(first == std::vector<std::string>{"rain", "sun"});
    CHECK(second == first);
  }
}
