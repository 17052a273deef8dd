// SPDX-License-Identifier: Apache-2.0
// What waiting costs: the memory of tasks and connections, and the turns of a loop that holds many.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "cpu_time.hpp"
#include "echo_load.hpp"
#include "operations.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/tcp.hpp"
#include "weir/yield.hpp"

namespace {

std::size_t allocated = 0;  // Calls of operator new; one thread allocates while it is looked at.

}  // namespace

// Replaced to count; they take and give what malloc has, as the library's own do.
void* operator new(std::size_t size) {
  ++allocated;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace weir::bench {
namespace {

/// The memory of this process that is in use, in bytes.
double resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  unsigned long total = 0;
  unsigned long resident = 0;
  const int read = file == nullptr ? 0 : std::fscanf(file, "%lu %lu", &total, &resident);
  if (file != nullptr) std::fclose(file);
  WEIR_ASSERT(read == 2);
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

task<> wait_for(manual_reset_event& end) { co_await end.wait(); }

task<double> hold_waiting_tasks() {
  manual_reset_event end;
  scope waiting;
  const double before = resident_bytes();
  for (int count = 0; count < waiting_tasks; ++count) waiting.spawn(wait_for(end));
  co_await yield();
  const double held = resident_bytes() - before;
  end.set();
  co_await waiting.join();
  co_return held / waiting_tasks;
}

task<> serve_nobody(tcp_stream peer) {
  while (!(co_await peer.receive()).empty()) {
  }
}

task<double> hold_idle_connections() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  auto listener = tcp_listener::bind("127.0.0.1", 0);
  std::vector<tcp_stream> clients;
  clients.reserve(idle_connections);
  scope serving;
  double before = 0;
  for (int count = 0; count < idle_connections; ++count) {
    // The first ones make what all of them share.
    if (count == idle_connections / 10) before = resident_bytes();
    clients.push_back(co_await tcp_stream::connect(listener.address()));
    serving.spawn(serve_nobody(co_await listener.accept()));
  }
  co_await yield();
  const double held = resident_bytes() - before;
  for (auto& client : clients) client.close();
  co_await serving.join();
  co_return held / (idle_connections - idle_connections / 10);
}

task<> sleep_long() { co_await sleep(std::chrono::hours(1)); }

task<double> yield_among_sleepers(int sleeping) {
  scope sleepers;
  for (int count = 0; count < sleeping; ++count) sleepers.spawn(sleep_long());
  co_await yield();
  const double start = thread_cpu_ns();
  for (int count = 0; count < yields; ++count) co_await yield();
  const double spent = (thread_cpu_ns() - start) / yields;
  co_await sleepers.close();
  co_return spent;
}

task<> echo_counted(tcp_stream peer, std::size_t& allocations) {
  constexpr int requests_before = 100;  // Until all that is made once is made.
  std::size_t before = 0;
  for (int request = 0;; ++request) {
    if (request == requests_before) before = allocated;
    const received_bytes bytes = co_await peer.receive();
    if (bytes.empty()) break;
    co_await peer.write_all(bytes.bytes());
    if (request >= requests_before) allocations = allocated - before;
  }
}

task<double> count_allocations() {
  constexpr int requests = 10'000;
  auto listener = tcp_listener::bind("127.0.0.1", 0);
  auto client = co_await tcp_stream::connect(listener.address());
  std::size_t allocations = 0;
  scope serving;
  serving.spawn(echo_counted(co_await listener.accept(), allocations));
  for (int request = 0; request < requests; ++request) {
    co_await client.write_all(std::string_view("a request"));
    const received_bytes answer = co_await client.receive();
    WEIR_ASSERT(!answer.empty());
  }
  client.close();
  co_await serving.join();
  co_return static_cast<double>(allocations) / requests;
}

double run(task<double> measured) {
  loop home;
  return home.run(std::move(measured));
}

}  // namespace

double weir_waiting_task() { return run(hold_waiting_tasks()); }
double weir_idle_connection() { return run(hold_idle_connections()); }
double weir_yield_among_sleepers() { return run(yield_among_sleepers(sleeping_tasks)); }
double weir_yield_alone() { return run(yield_among_sleepers(0)); }
double weir_allocations() { return run(count_allocations()); }

}  // namespace weir::bench
