// SPDX-License-Identifier: Apache-2.0
// What a program does without any runtime: resumes a coroutine, waits with epoll.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <coroutine>
#include <exception>
#include <vector>

#include "cpu_time.hpp"
#include "echo_load.hpp"
#include "listen.hpp"
#include "operations.hpp"
#include "weir/file_descriptor.hpp"

namespace weir::bench {
namespace {

struct bare {
  struct promise_type {
    bare get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> frame;
};

/// Not inlined: the compiler would see that nothing happens, and do nothing.
[[gnu::noinline]] bare suspend_often() {
  for (int count = 0; count < yields; ++count) co_await std::suspend_always{};
}

}  // namespace

double bare_resume() {
  const bare coroutine = suspend_often();
  const double start = thread_cpu_ns();
  while (!coroutine.frame.done()) coroutine.frame.resume();
  const double spent = thread_cpu_ns() - start;
  coroutine.frame.destroy();
  return spent / yields;
}

double epoll_echo() {
  std::uint16_t port = 0;
  const file_descriptor listener = listen_on_free_port(port);
  const file_descriptor events(epoll_create1(EPOLL_CLOEXEC));
  const echo_load load(port);
  std::vector<file_descriptor> connections;
  for (int count = 0; count < echo_connections; ++count) {
    const int accepted = ::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    connections.emplace_back(accepted);
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = accepted}};
    epoll_ctl(events.get(), EPOLL_CTL_ADD, accepted, &wanted);
  }
  std::array<epoll_event, 256> ready{};
  std::array<char, 4096> bytes{};
  const double start = thread_cpu_ns();
  for (int open = echo_connections; open > 0;) {
    const int count = epoll_wait(events.get(), ready.data(), ready.size(), -1);
    for (int index = 0; index < count; ++index) {
      const int connection = ready[static_cast<std::size_t>(index)].data.fd;
      const ssize_t came = ::recv(connection, bytes.data(), bytes.size(), 0);
      if (came > 0) {
        // A request is far smaller than a socket's buffer, so this is never cut short.
        ::send(connection, bytes.data(), static_cast<std::size_t>(came), MSG_NOSIGNAL);
      } else {
        epoll_ctl(events.get(), EPOLL_CTL_DEL, connection, nullptr);
        --open;
      }
    }
  }
  return (thread_cpu_ns() - start) / echo_requests;
}

}  // namespace weir::bench
