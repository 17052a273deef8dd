// SPDX-License-Identifier: Apache-2.0
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <thread>

#include "run.hpp"
#include "sockets.hpp"
#include "streams.hpp"
#include "weir/asio/stream.hpp"
#include "weir/timeout.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("asio.stream_handlers");

namespace {

/// Counts what is allocated and freed through it.
template <class T>
struct counting_allocator {
  using value_type = T;

  explicit counting_allocator(std::pair<int, int>& counted) : counts(&counted) {}
  template <class U>
  counting_allocator(const counting_allocator<U>& other) : counts(other.counts) {}

  T* allocate(std::size_t count) {
    ++counts->first;
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* memory, std::size_t count) {
    ++counts->second;
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const counting_allocator&, const counting_allocator&) = default;

  std::pair<int, int>* counts;
};

struct outcome {
  int calls = 0;
  asio::error_code code;
  std::size_t size = 0;
};

/// A handler with all that can be associated with one.
struct full_handler {
  using allocator_type = counting_allocator<void>;
  using cancellation_slot_type = asio::cancellation_slot;

  allocator_type get_allocator() const noexcept { return allocator_type(*counts); }
  cancellation_slot_type get_cancellation_slot() const noexcept { return slot; }
  void operator()(asio::error_code code, std::size_t size) {
    freed_before_the_call = counts->first == counts->second;
    ++result.calls;
    result.code = code;
    result.size = size;
  }

  outcome& result;
  bool& freed_before_the_call;
  std::pair<int, int>* counts;
  asio::cancellation_slot slot;
};

}  // namespace

TEST_CASE("an operation lives in memory of the handler's allocator, given back before the call") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    std::array<char, 8> bytes{};
    outcome result;
    bool freed = false;
    std::pair<int, int> counts;
    left.async_read_some(asio::buffer(bytes), full_handler{result, freed, &counts, {}});
    CHECK(counts == std::pair(1, 0));

    co_await ends.right.write_all("x");
    co_await wait_for_asio();
    CHECK(result.size == 1);
    CHECK(freed);
    CHECK(counts == std::pair(1, 1));
  });
}

TEST_CASE("a cancellation slot ends its own operation with operation_aborted, no other") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    std::array<char, 8> bytes{};
    std::array<char, 8> other_bytes{};
    asio::cancellation_signal signal;
    outcome result;
    outcome other;
    bool freed = false;
    std::pair<int, int> counts;
    left.async_read_some(asio::buffer(bytes), full_handler{result, freed, &counts, signal.slot()});
    left.async_read_some(asio::buffer(other_bytes), full_handler{other, freed, &counts, {}});
    CHECK(signal.slot().has_handler());
    for (int turn = 0; turn < 3; ++turn) co_await yield();

    signal.emit(asio::cancellation_type::partial);
    CHECK(result.calls == 0);
    while (result.calls == 0) co_await yield();
    CHECK(result.code == asio::error::operation_aborted);
    CHECK_FALSE(signal.slot().has_handler());
    CHECK(other.calls == 0);

    co_await ends.right.write_all("x");
    co_await wait_for_asio();
    CHECK(other.size == 1);
  });
}

TEST_CASE("a cancellation before the operation has reached the driver is not lost") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    std::array<char, 8> bytes{};
    asio::cancellation_signal signal;
    outcome result;
    bool freed = false;
    std::pair<int, int> counts;
    left.async_read_some(asio::buffer(bytes), full_handler{result, freed, &counts, signal.slot()});
    signal.emit(asio::cancellation_type::terminal);
    signal.emit(asio::cancellation_type::terminal);
    co_await wait_for_asio();
    CHECK(result.code == asio::error::operation_aborted);
  });
}

TEST_CASE("the cancellation of a task ends its read, and the stream can be used on") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    std::array<char, 8> bytes{};
    const auto read =
        co_await with_timeout(1ms, left.async_read_some(asio::buffer(bytes), use_weir)).as_result();
    CHECK(read.error().is(errc::deadline_exceeded));

    co_await ends.right.write_all("x");
    CHECK(co_await left.async_read_some(asio::buffer(bytes), use_weir) == 1);
  });
}

TEST_CASE("a handler is called on the executor that is bound to it") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    asio::thread_pool pool(1);
    std::array<char, 8> bytes{};
    std::thread::id called_on;
    std::optional<asio::executor_work_guard<asio_executor>> guard(asio_executor{});
    left.async_read_some(asio::buffer(bytes),
                         asio::bind_executor(pool, [&](asio::error_code, std::size_t) {
                           called_on = std::this_thread::get_id();
                           guard.reset();
                         }));
    co_await ends.right.write_all("x");
    co_await wait_for_asio();
    pool.join();
    CHECK(called_on != std::thread::id());
    CHECK(called_on != std::this_thread::get_id());
  });
}

TEST_CASE("a handler bound to a strand of the loop is called within it") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    const auto strand = asio::make_strand(asio_executor());
    std::array<char, 8> bytes{};
    bool within = false;
    left.async_read_some(asio::buffer(bytes),
                         asio::bind_executor(strand, [&](asio::error_code, std::size_t) {
                           within = strand.running_in_this_thread();
                         }));
    co_await ends.right.write_all("x");
    co_await wait_for_asio();
    CHECK(within);
  });
}

TEST_CASE("closing a stream aborts what is in flight, and then closes the descriptor") {
  const int open_before = open_descriptors();
  run([&]() -> task<> {
    auto ends = connected();
    const int open_then = open_descriptors();
    asio_unix_stream left(std::move(ends.left));
    std::array<char, 8> bytes{};
    outcome result;
    bool freed = false;
    std::pair<int, int> counts;
    left.async_read_some(asio::buffer(bytes), full_handler{result, freed, &counts, {}});
    for (int turn = 0; turn < 3; ++turn) co_await yield();
    left.close();
    CHECK_FALSE(left.is_open());
    CHECK(result.calls == 0);

    co_await wait_for_asio();
    CHECK(result.code == asio::error::operation_aborted);
    CHECK(open_descriptors() == open_then - 1);
    const auto late = co_await left.async_read_some(asio::buffer(bytes), use_weir).as_result();
    CHECK(late.error().code() == asio::error::bad_descriptor);
  });
  CHECK(open_descriptors() <= open_before);
}

TEST_CASE("a stream may be destroyed by the handler of its operation, and by a stranger") {
  run([]() -> task<> {
    auto ends = connected();
    auto left = std::make_unique<asio_unix_stream>(std::move(ends.left));
    auto right = std::make_unique<asio_unix_stream>(std::move(ends.right));
    std::array<char, 8> bytes{};
    asio::error_code code;
    left->async_read_some(asio::buffer(bytes), [&](asio::error_code came, std::size_t) {
      code = came;
      left.reset();
    });
    for (int turn = 0; turn < 3; ++turn) co_await yield();
    right.reset();
    co_await wait_for_asio();
    CHECK(code == asio::error::eof);
    CHECK(left == nullptr);
  });
}

TEST_CASE("a stream may be moved while an operation is in flight") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    std::array<char, 8> bytes{};
    outcome result;
    bool freed = false;
    std::pair<int, int> counts;
    left.async_read_some(asio::buffer(bytes), full_handler{result, freed, &counts, {}});
    const asio_unix_stream moved(std::move(left));
    for (int turn = 0; turn < 3; ++turn) co_await yield();
    co_await ends.right.write_all("x");
    co_await wait_for_asio();
    CHECK(result.size == 1);
    CHECK(moved.is_open());
  });
}

TEST_CASE("cancel() aborts all that is in flight, and the stream stays open") {
  run([]() -> task<> {
    auto ends = connected();
    asio_unix_stream left(std::move(ends.left));
    std::array<std::array<char, 8>, 3> places{};
    outcome result;
    bool freed = false;
    std::pair<int, int> counts;
    for (auto& bytes : places) {
      left.async_read_some(asio::buffer(bytes), full_handler{result, freed, &counts, {}});
    }
    for (int turn = 0; turn < 3; ++turn) co_await yield();
    left.cancel();
    co_await wait_for_asio();
    CHECK(result.calls == 3);
    CHECK(result.code == asio::error::operation_aborted);
    CHECK(co_await left.async_write_some(asio::buffer("x", 1), use_weir) == 1);
  });
}

TEST_CASE("the end of the loop destroys the handlers of what is in flight, uncalled") {
  const auto held = std::make_shared<int>();
  bool called = false;
  {
    loop home;
    run_on(home, [&]() -> task<> {
      auto ends = connected();
      // A session that keeps itself alive, as programs with handlers have.
      struct session {
        asio_unix_stream stream;
        unix_stream peer;
        std::array<char, 8> bytes{};
        std::array<char, 8> later_bytes{};
      };
      auto alive =
          std::make_shared<session>(asio_unix_stream(std::move(ends.left)), std::move(ends.right));
      alive->stream.async_read_some(
          asio::buffer(alive->bytes),
          [alive, held, &called](asio::error_code, std::size_t) { called = true; });
      for (int turn = 0; turn < 3; ++turn) co_await yield();
      alive->stream.async_read_some(
          asio::buffer(alive->later_bytes),
          [alive, held, &called](asio::error_code, std::size_t) { called = true; });
    });
    CHECK(held.use_count() == 3);
  }
  CHECK(held.use_count() == 1);
  CHECK_FALSE(called);
}

TEST_SUITE_END();
