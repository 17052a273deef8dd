// SPDX-License-Identifier: Apache-2.0
// asio as its documentation uses it, on an io_context that is told of its single thread.
#include <asio.hpp>
#include <asio/experimental/channel.hpp>
#include <memory>
#include <random>
#include <vector>

#include "cpu_time.hpp"
#include "operations.hpp"
#include "weir/assert.hpp"

namespace weir::bench {
namespace {

using number_channel = asio::experimental::channel<void(asio::error_code, int)>;

asio::awaitable<void> count_up(int& count) {
  ++count;
  co_return;
}

asio::awaitable<void> send_all(number_channel& numbers) {
  for (int number = 0; number < messages; ++number) {
    co_await numbers.async_send({}, number, asio::use_awaitable);
  }
}

asio::awaitable<void> receive_all(number_channel& numbers, int& received) {
  for (; received < messages; ++received) co_await numbers.async_receive(asio::use_awaitable);
}

}  // namespace

double asio_spawn_join() {
  asio::io_context io(1);
  int ended = 0;
  const double start = thread_cpu_ns();
  for (int batch = 0; batch < child_batches; ++batch) {
    for (int child = 0; child < children_at_a_time; ++child) {
      asio::co_spawn(io, count_up(ended), asio::detached);
    }
    io.restart();
    io.run();  // Ends when no child is left.
  }
  WEIR_ASSERT(ended == child_batches * children_at_a_time);
  return (thread_cpu_ns() - start) / ended;
}

double asio_channel() {
  asio::io_context io(1);
  number_channel numbers(io, channel_capacity);
  int received = 0;
  const double start = thread_cpu_ns();
  asio::co_spawn(io, send_all(numbers), asio::detached);
  asio::co_spawn(io, receive_all(numbers, received), asio::detached);
  io.run();
  WEIR_ASSERT(received == messages);
  return (thread_cpu_ns() - start) / messages;
}

double asio_timer() {
  constexpr int cancels_at_a_time = 100;  // before their handlers are run
  std::minstd_rand random;
  std::uniform_int_distribution<int> seconds(3'600, 7'200);
  asio::io_context io(1);
  int ended = 0;
  const auto on_end = [&ended](asio::error_code) { ++ended; };
  std::vector<std::unique_ptr<asio::steady_timer>> live;
  for (int count = 0; count < live_timers; ++count) {
    live.push_back(std::make_unique<asio::steady_timer>(io, std::chrono::seconds(seconds(random))));
    live.back()->async_wait(on_end);
  }
  const double start = thread_cpu_ns();
  for (int count = 0; count < armed_timers; ++count) {
    asio::steady_timer armed(io, std::chrono::seconds(seconds(random)));
    armed.async_wait(on_end);
    armed.cancel();
    if (count % cancels_at_a_time == cancels_at_a_time - 1) io.poll();
  }
  const double spent = thread_cpu_ns() - start;
  WEIR_ASSERT(ended == armed_timers);
  return spent / armed_timers;
}

}  // namespace weir::bench
