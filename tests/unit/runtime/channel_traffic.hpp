// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "weir/scope.hpp"
#include "weir/timeout.hpp"

namespace weir::test {

template <class Channel>
task<> send_all(Channel& target, int first, int last) {
  for (int value = first; value < last; ++value) co_await target.send(value);
}

template <class Channel>
task<> receive_all(Channel& source, std::vector<int>& received) {
  while (const auto value = co_await source.receive()) received.push_back(*value);
}

template <class Channel>
task<> receive_one(Channel& source, std::vector<int>& received) {
  const auto value = co_await source.receive();
  if (value) received.push_back(*value);
}

/// Sends `count` values that nobody else sends; after a cancelled send the same value again.
template <class Channel>
task<> send_surely(Channel& target, int first, int count, duration patience) {
  for (int value = first; value < first + count; ++value) {
    for (;;) {
      const auto sent = co_await with_timeout(patience, target.send(value)).as_result();
      if (sent.has_value()) break;
      CHECK(sent.error().is(errc::deadline_exceeded));
    }
  }
}

/// Receives until the channel closes, giving up and coming back all the time.
template <class Channel>
task<> receive_impatiently(Channel& source, std::vector<int>& counts, duration patience) {
  for (;;) {
    auto received = co_await with_timeout(patience, source.receive()).as_result();
    if (!received.has_value()) continue;
    if (!received->has_value()) co_return;
    ++counts[static_cast<std::size_t>(**received)];
  }
}

/// Sends and receives at the same time with such patience, and expects each value once.
template <class Channel>
task<> send_and_receive(Channel& values, std::mt19937_64& random) {
  constexpr int senders = 5;
  constexpr int each = 200;
  std::vector<int> counts(static_cast<std::size_t>(senders * each));
  const auto patience = [&random] { return duration(1 + static_cast<std::int64_t>(random() % 5)); };
  co_await with_scope([&](scope& receivers) -> task<> {
    for (int count = 0; count < 4; ++count) {
      receivers.spawn(receive_impatiently(values, counts, patience()));
    }
    co_await with_scope([&](scope& sending) -> task<> {
      for (int sender = 0; sender < senders; ++sender) {
        sending.spawn(send_surely(values, sender * each, each, patience()));
      }
      co_await sending.join();
    });
    values.close();
    co_await receivers.join();
  });
  CHECK(counts == std::vector<int>(counts.size(), 1));
}

}  // namespace weir::test
