// SPDX-License-Identifier: Apache-2.0
// asio-echo REQUESTS: prints a port, echoes on it until standard input ends, and prints the
// processor time of one request in nanoseconds. Built twice: asio takes epoll or io_uring when it
// is compiled.
#include <sys/resource.h>

#include <array>
#include <asio.hpp>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace {

using asio::ip::tcp;

asio::awaitable<void> echo(tcp::socket peer) {
  std::array<char, 4096> bytes;
  try {
    for (;;) {
      const std::size_t count =
          co_await peer.async_read_some(asio::buffer(bytes), asio::use_awaitable);
      co_await asio::async_write(peer, asio::buffer(bytes.data(), count), asio::use_awaitable);
    }
  } catch (const asio::system_error& ended) {
    if (ended.code() != asio::error::eof) throw;
  }
}

asio::awaitable<void> listen(tcp::acceptor& acceptor) {
  for (;;) {
    tcp::socket peer = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), echo(std::move(peer)), asio::detached);
  }
}

double processor_time() {
  rusage spent{};
  getrusage(RUSAGE_SELF, &spent);
  const auto nanoseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_usec) * 1e3;
  };
  return nanoseconds(spent.ru_utime) + nanoseconds(spent.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  const int requests = argc == 2 ? std::atoi(argv[1]) : 0;
  if (requests < 1) {
    std::fprintf(stderr, "usage: asio-echo REQUESTS\n");
    return 2;
  }
  asio::io_context io(1);
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  std::printf("%d\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  std::thread until_end([&io] {
    while (std::getchar() != EOF) {
    }
    asio::post(io, [&io] { io.stop(); });
  });
  const double start = processor_time();
  asio::co_spawn(io, listen(acceptor), asio::detached);
  io.run();
  std::printf("%.1f\n", (processor_time() - start) / requests);
  until_end.join();
  return 0;
}
