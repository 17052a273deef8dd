// SPDX-License-Identifier: Apache-2.0
#include "cpu_time.hpp"
#include "echo_load.hpp"
#include "operations.hpp"
#include "weir/call_on.hpp"
#include "weir/channel.hpp"
#include "weir/runtime.hpp"
#include "weir/scope.hpp"
#include "weir/tcp.hpp"
#include "weir/yield.hpp"

namespace weir::bench {
namespace {

task<double> yield_often() {
  const double start = thread_cpu_ns();
  for (int count = 0; count < yields; ++count) co_await yield();
  co_return (thread_cpu_ns() - start) / yields;
}

task<> count_up(int& count) {
  ++count;
  co_return;
}

task<double> spawn_and_join() {
  const double start = thread_cpu_ns();
  int ended = 0;
  scope children;
  for (int batch = 0; batch < child_batches; ++batch) {
    for (int child = 0; child < children_at_a_time; ++child) children.spawn(count_up(ended));
    co_await children.join();
  }
  WEIR_ASSERT(ended == child_batches * children_at_a_time);
  co_return (thread_cpu_ns() - start) / ended;
}

task<> send_all(channel<int>& numbers) {
  for (int number = 0; number < messages; ++number) co_await numbers.send(number);
  numbers.close();
}

task<double> receive_all() {
  channel<int> numbers(channel_capacity);
  scope children;
  children.spawn(send_all(numbers));
  const double start = thread_cpu_ns();
  int received = 0;
  while (co_await numbers.receive()) ++received;
  const double spent = thread_cpu_ns() - start;
  co_await children.join();
  WEIR_ASSERT(received == messages);
  co_return spent / messages;
}

task<int> answer() { co_return 1; }

task<> call_often(loop& other) {
  for (int count = 0; count < round_trips; ++count) co_await call_on(other, answer);
}

task<> echo(tcp_stream peer) {
  for (;;) {
    const received_bytes request = co_await peer.receive();
    if (request.empty()) co_return;
    co_await peer.write_all(request.bytes());
  }
}

task<double> serve() {
  auto listener = tcp_listener::bind("127.0.0.1", 0);
  const echo_load load(listener.port());
  scope connections;
  for (int count = 0; count < echo_connections; ++count) {
    connections.spawn(echo(co_await listener.accept()));
  }
  const double start = thread_cpu_ns();
  co_await connections.join();
  co_return (thread_cpu_ns() - start) / echo_requests;
}

double run(task<double> measured) {
  loop home;
  return home.run(std::move(measured));
}

}  // namespace

double weir_yield() { return run(yield_often()); }
double weir_spawn_join() { return run(spawn_and_join()); }
double weir_channel() { return run(receive_all()); }
double weir_call_on() {
  const double start = process_cpu_ns();
  runtime(2).run([](peers all) -> task<> {
    if (all.index() == 0) co_await call_often(all[1]);
  });
  return (process_cpu_ns() - start) / round_trips;
}
double weir_echo() { return run(serve()); }

}  // namespace weir::bench
