// SPDX-License-Identifier: Apache-2.0
// asio as its documentation uses it, on an io_context that is told of its single thread.
#include <asio.hpp>
#include <asio/experimental/channel.hpp>

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

}  // namespace weir::bench
