// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <string>
#include <thread>

#include "connected_pair.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/unix_socket.hpp"
#include "weir/when_all.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("runtime.interrupted");

namespace {

std::atomic<int> signals_taken{0};

/// Interrupts the calling thread's system calls, again and again, for as long as it lives.
class pest {
 public:
  pest() {
    struct sigaction action{};
    action.sa_handler = [](int) { ++signals_taken; };  // Without SA_RESTART: calls end with EINTR.
    REQUIRE(sigaction(SIGUSR2, &action, &before_) == 0);
    const pthread_t target = pthread_self();
    sender_ = std::thread([this, target] {
      while (!done_) {
        pthread_kill(target, SIGUSR2);
        std::this_thread::yield();
      }
    });
  }
  ~pest() {
    done_ = true;
    sender_.join();
    sigaction(SIGUSR2, &before_, nullptr);
  }

 private:
  struct sigaction before_{};
  std::atomic<bool> done_{false};
  std::thread sender_;
};

task<> send_and_end(socket_stream& target, std::string_view text) {
  co_await target.write_all(text);
  target.shutdown_write();
}

}  // namespace

TEST_CASE("signals during all of it disturb no connection, no byte and no timer") {
  run([]() -> task<> {
    const pest signals;
    const int before = signals_taken;
    const std::string sent = pattern(8 << 20);
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    for (int round = 0; round < 3; ++round) {
      connected_pair pair = co_await connect_pair(listener);
      const auto all = co_await when_all(send_and_end(pair.client, sent), echo(pair.server),
                                         read_to_end(pair.client));
      CHECK((std::get<2>(all) == sent));
      co_await sleep(1ms);
    }
    CHECK(signals_taken > before);
  });
}

TEST_CASE("signals during waits that are cancelled leave each with one outcome") {
  run([]() -> task<> {
    const pest signals;
    std::array<unix_stream, 2> pair = unix_stream::pair();
    std::array<std::byte, 8> part;
    for (int round = 0; round < 100; ++round) {
      const auto late = co_await with_timeout(100us, pair[0].read_some(part)).as_result();
      REQUIRE_FALSE(late.has_value());
      CHECK(late.error().is(errc::deadline_exceeded));
    }
    co_await pair[1].write_all("whole");
    CHECK(co_await pair[0].read_some(part) == 5);
  });
}

TEST_SUITE_END();
