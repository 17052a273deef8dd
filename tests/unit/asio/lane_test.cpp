// SPDX-License-Identifier: Apache-2.0
#include <asio/bind_executor.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/thread_pool.hpp>
#include <asio/write.hpp>
#include <memory>
#include <thread>

#include "refuse_system_call.hpp"
#include "run.hpp"
#include "sockets.hpp"
#include "streams.hpp"
#include "weir/call_on.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/sleep.hpp"
#include "weir/tcp.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"
#include "weir/when_any.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("asio.lane");

namespace {

using asio::ip::tcp;

task<> echo_once(tcp::acceptor& acceptor) {
  tcp::socket peer = co_await acceptor.async_accept(use_weir);
  std::array<char, 5> bytes{};
  co_await asio::async_read(peer, asio::buffer(bytes), use_weir);
  co_await asio::async_write(peer, asio::buffer(bytes), use_weir);
}

task<std::string> ask(std::uint16_t port) {
  auto stream = co_await tcp_stream::connect("127.0.0.1", port);
  co_await stream.write_all("hello");
  co_return co_await read_to_end(stream);
}

}  // namespace

TEST_CASE("a timer of Asio's fires, its handler on the loop, one thread at work for it") {
  run([]() -> task<> {
    const int threads_before = threads();
    const auto home = std::this_thread::get_id();
    asio::steady_timer timer{asio_executor()};
    CHECK(threads() == threads_before);

    timer.expires_after(20ms);
    co_await timer.async_wait(use_weir);
    CHECK(threads() == threads_before + 1);
    CHECK(std::this_thread::get_id() == home);

    asio::steady_timer second(asio_executor(), 1ms);
    std::thread::id called_on;
    second.async_wait([&](asio::error_code) { called_on = std::this_thread::get_id(); });
    co_await wait_for_asio();
    CHECK(called_on == home);
    CHECK(threads() == threads_before + 1);
  });
}

TEST_CASE("where no thread can be had, the loop looks after timers itself") {
  bool refused = false;
  int fired = 0;
  std::thread([&] {
    refused = refuse_threads();
    run([&]() -> task<> {
      const int threads_before = threads();
      for (int round = 0; round < 3; ++round) {
        asio::steady_timer timer(asio_executor(), 10ms);
        co_await timer.async_wait(use_weir);
        ++fired;
      }
      CHECK(threads() == threads_before);
    });
  }).join();
  REQUIRE(refused);
  CHECK(fired == 3);
}

TEST_CASE("the lane ends with the loop") {
  const int threads_before = threads();
  run([]() -> task<> {
    asio::steady_timer timer(asio_executor(), 10ms);
    co_await timer.async_wait(use_weir);
  });
  CHECK(threads() == threads_before);
}

TEST_CASE("a timer that serves as a lock, as in a TLS stream, needs no thread") {
  run([]() -> task<> {
    const int threads_before = threads();
    asio::steady_timer lock(asio_executor(), asio::steady_timer::time_point::max());
    asio::error_code code;
    for (int round = 0; round < 10; ++round) {
      lock.async_wait([&](asio::error_code came) { code = came; });
      asio::post(asio_executor(), [&] { lock.cancel(); });
      co_await wait_for_asio();
      CHECK(std::exchange(code, {}) == asio::error::operation_aborted);
    }
    CHECK(threads() == threads_before);
  });
}

TEST_CASE("a timer that is due already needs no thread") {
  run([]() -> task<> {
    const int threads_before = threads();
    for (int round = 0; round < 10; ++round) {
      asio::steady_timer timer(asio_executor(), 0ms);
      co_await timer.async_wait(use_weir);
    }
    CHECK(threads() == threads_before);
  });
}

TEST_CASE("the stop of a task cancels its timer, with the lane and before it") {
  run([]() -> task<> {
    asio::steady_timer timer(asio_executor(), 1h);
    for (int round = 0; round < 3; ++round) {
      const auto waited = co_await with_timeout(4ms, timer.async_wait(use_weir)).as_result();
      CHECK(waited.error().is(errc::deadline_exceeded));
    }
    scope children;
    children.spawn([](asio::steady_timer& awaited) -> task<> {
      co_await awaited.async_wait(use_weir);
    }(timer));
    co_await children.close();
    CHECK(timer.cancel() == 0);
  });
}

TEST_CASE("a timer that is cancelled by its owner throws cancelled") {
  run([]() -> task<> {
    asio::steady_timer timer(asio_executor(), 1h);
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](asio::steady_timer& awaited) -> task<> {
        while (awaited.cancel() == 0) co_await yield();
      }(timer));
      const auto waited = co_await timer.async_wait(use_weir).as_result();
      CHECK(waited.error().is_cancelled());
    });
  });
}

TEST_CASE("sockets of Asio's serve those of weir's on one loop") {
  run([]() -> task<> {
    tcp::acceptor acceptor(asio_executor(), {asio::ip::address_v4::loopback(), 0});
    for (int round = 0; round < 3; ++round) {
      const auto both =
          co_await when_all(ask(acceptor.local_endpoint().port()), echo_once(acceptor));
      CHECK(std::get<0>(both) == "hello");
    }
  });
}

TEST_CASE("a socket of Asio's is cancelled in the middle of a composed operation") {
  run([]() -> task<> {
    tcp_listener listener = tcp_listener::bind("127.0.0.1", 0);
    tcp::socket socket{asio_executor()};
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), listener.port());
    auto both =
        co_await when_all(listener.accept(), as_task(socket.async_connect(endpoint, use_weir)));
    tcp_stream& peer = std::get<0>(both);
    co_await peer.write_all("half");

    std::array<char, 8> bytes{};
    const auto read =
        co_await with_timeout(10ms, asio::async_read(socket, asio::buffer(bytes), use_weir))
            .as_result();
    CHECK(read.error().is(errc::deadline_exceeded));
    CHECK(std::string_view(bytes.data(), 4) == "half");
    socket.close();
    CHECK(co_await read_to_end(peer) == "");
  });
}

TEST_CASE("an operation of a context of one's own goes on on the loop") {
  run([]() -> task<> {
    asio::thread_pool pool(1);
    const auto home = std::this_thread::get_id();
    asio::steady_timer timer(pool, 1ms);
    co_await timer.async_wait(use_weir);
    CHECK(std::this_thread::get_id() == home);

    timer.expires_after(1h);
    const auto waited = co_await with_timeout(1ms, timer.async_wait(use_weir)).as_result();
    CHECK(waited.error().is(errc::deadline_exceeded));
  });
}

TEST_CASE("a context that ends gives its operations up") {
  run([]() -> task<> {
    auto context = std::make_unique<asio::io_context>();
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](std::unique_ptr<asio::io_context>& ended) -> task<> {
        for (int turn = 0; turn < 3; ++turn) co_await yield();
        ended.reset();
      }(context));
      const auto waited = co_await asio::post(*context, use_weir).as_result();
      CHECK(waited.error().is(errc::closed));
    });
  });
}

TEST_CASE("operations that wait when the loop ends are destroyed, with the lane and without") {
  const auto held = std::make_shared<int>();
  bool called = false;
  for (const auto before_the_end : {0ms, 20ms}) {
    loop home;
    auto timer = std::make_unique<asio::steady_timer>(asio_executor(home), 1h);
    auto& waiting = *timer;
    waiting.async_wait(
        [kept = std::move(timer), held, &called](asio::error_code) { called = true; });
    run_on(home, [&]() -> task<> { co_await weir::sleep(before_the_end); });
  }
  CHECK(held.use_count() == 1);
  CHECK_FALSE(called);
}

TEST_CASE("a loop that ends lets a call of another loop finish what it waits for") {
  std::thread other;
  int value = 0;
  {
    loop home;
    run_on(home, [&]() -> task<> {
      manual_reset_event begun;
      const auto wait_here = [&]() -> task<int> {
        begun.set();
        asio::steady_timer timer(asio_executor(), 10ms);
        co_await timer.async_wait(use_weir);
        co_return 7;
      };
      other = std::thread([&home, &value, wait_here] {
        run([&]() -> task<> { value = co_await call_on(home, wait_here); });
      });
      co_await begun.wait();
    });
  }
  other.join();
  CHECK(value == 7);
}

TEST_CASE("each loop has a lane of its own") {
  run([]() -> task<> {
    const int threads_before = threads();
    asio::steady_timer timer(asio_executor(), 10ms);
    co_await timer.async_wait(use_weir);
    int threads_then = 0;
    std::thread([&] {
      run([&]() -> task<> {
        asio::steady_timer other(asio_executor(), 10ms);
        co_await other.async_wait(use_weir);
        threads_then = threads();
      });
    }).join();
    CHECK(threads_then == threads_before + 3);  // That one, its lane, and ours.
  });
}

TEST_SUITE_END();
