// SPDX-License-Identifier: Apache-2.0
#include "weir/asio/use_weir.hpp"

#include <asio/dispatch.hpp>
#include <asio/post.hpp>
#include <functional>
#include <memory>
#include <thread>

#include "run.hpp"
#include "streams.hpp"
#include "weir/timeout.hpp"
#include "weir/when_any.hpp"
#include "weir/yield.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::test;

TEST_SUITE_BEGIN("asio.use_weir");

namespace {

/// An operation that completes when it is told to, and says how it was used.
template <class... Values>
class manual_operation {
 public:
  template <class Token>
  auto start(Token&& token) {
    return asio::async_initiate<Token, void(Values...)>(
        [this](auto&& handler) { this->begin(std::move(handler)); }, token);
  }

  bool begun() const noexcept { return complete_ != nullptr; }
  int cancels() const noexcept { return cancels_; }
  void complete(Values... values) { std::exchange(complete_, nullptr)(std::move(values)...); }
  void give_up() noexcept { complete_ = nullptr; }

 private:
  template <class Handler>
  void begin(Handler handler) {
    asio::get_associated_cancellation_slot(handler).assign(
        [this](asio::cancellation_type_t) { ++cancels_; });
    auto shared = std::make_shared<Handler>(std::move(handler));
    complete_ = [shared](Values... values) {
      const auto executor = asio::get_associated_executor(*shared);
      asio::dispatch(executor, [shared, kept = std::tuple(std::move(values)...)]() mutable {
        std::apply(std::move(*shared), std::move(kept));
      });
    };
  }

  std::function<void(Values...)> complete_;
  int cancels_ = 0;
};

template <class Operation, class... Values>
task<> complete_soon(Operation& operation, Values... values) {
  while (!operation.begun()) co_await yield();
  operation.complete(std::move(values)...);
}

const asio::error_code fine;

}  // namespace

static_assert(std::is_void_v<detail::asio_outcome<>::value>);
static_assert(std::is_void_v<detail::asio_outcome<asio::error_code>::value>);
static_assert(std::is_same_v<detail::asio_outcome<asio::error_code, int>::value, int>);
static_assert(std::is_same_v<detail::asio_outcome<std::exception_ptr, int, char>::value,
                             std::tuple<int, char>>);

TEST_CASE("an operation gives nothing, its value, or a tuple of its values") {
  run([]() -> task<> {
    co_await with_scope([](scope& children) -> task<> {
      manual_operation<> nothing;
      children.spawn(complete_soon(nothing));
      co_await nothing.start(use_weir);

      manual_operation<asio::error_code> no_error;
      children.spawn(complete_soon(no_error, fine));
      co_await no_error.start(use_weir);

      manual_operation<asio::error_code, int> one;
      children.spawn(complete_soon(one, fine, 7));
      CHECK(co_await one.start(use_weir) == 7);

      manual_operation<asio::error_code, int, std::string> two;
      children.spawn(complete_soon(two, fine, 7, std::string("seven")));
      CHECK(co_await two.start(use_weir) == std::tuple(7, std::string("seven")));

      manual_operation<std::exception_ptr, int> no_exception;
      children.spawn(complete_soon(no_exception, std::exception_ptr(), 8));
      CHECK(co_await no_exception.start(use_weir) == 8);
    });
  });
}

TEST_CASE("nothing is initiated before the operation is awaited") {
  run([]() -> task<> {
    manual_operation<asio::error_code> operation;
    {
      [[maybe_unused]] auto dropped = operation.start(use_weir);
    }
    auto wait = operation.start(use_weir);
    CHECK_FALSE(operation.begun());

    co_await with_scope([&](scope& children) -> task<> {
      children.spawn(complete_soon(operation, fine));
      co_await std::move(wait);
    });
    CHECK_FALSE(operation.begun());
  });
}

TEST_CASE("an error code is thrown as a weir::error that keeps it") {
  run([]() -> task<> {
    co_await with_scope([](scope& children) -> task<> {
      manual_operation<asio::error_code, int> operation;
      children.spawn(complete_soon(operation, asio::error_code(asio::error::eof), 0));
      bool thrown = false;
      try {
        co_await operation.start(use_weir);
      } catch (const error& failure) {
        thrown = true;
        CHECK(failure.code() == asio::error::eof);
        CHECK(failure.disposition() == disposition::retry);
        CHECK(failure.message().find("End of file (asio.misc 2)") != std::string::npos);
      }
      CHECK(thrown);
    });
  });
}

TEST_CASE("an error has the disposition that its cause has in weir's own operations") {
  CHECK(from_asio(asio::error::connection_refused).disposition() == disposition::retry);
  CHECK(from_asio(asio::error::access_denied).disposition() == disposition::permanent);
  CHECK(from_asio(asio::error::host_not_found).disposition() == disposition::retry);
  CHECK(from_asio(asio::error::operation_aborted).is_cancelled());
}

TEST_CASE("as_result() gives the value or the error") {
  run([]() -> task<> {
    co_await with_scope([](scope& children) -> task<> {
      manual_operation<asio::error_code, int> operation;
      children.spawn(complete_soon(operation, fine, 7));
      const auto good = co_await operation.start(use_weir).as_result();
      CHECK(good.value() == 7);

      children.spawn(complete_soon(operation, asio::error_code(asio::error::eof), 0));
      const auto bad = co_await operation.start(use_weir).as_result();
      CHECK(bad.error().code() == asio::error::eof);

      manual_operation<std::exception_ptr> throwing;
      children.spawn(complete_soon(throwing, std::make_exception_ptr(std::runtime_error("no"))));
      const auto thrown = co_await throwing.start(use_weir).as_result();
      CHECK(thrown.error().is(errc::unhandled_exception));
    });
  });
}

TEST_CASE("an exception that an operation completes with is thrown as it is") {
  run([]() -> task<> {
    co_await with_scope([](scope& children) -> task<> {
      manual_operation<std::exception_ptr, int> operation;
      children.spawn(
          complete_soon(operation, std::make_exception_ptr(std::out_of_range("far")), 0));
      bool thrown = false;
      try {
        co_await operation.start(use_weir);
      } catch (const std::out_of_range&) {
        thrown = true;
      }
      CHECK(thrown);
    });
  });
}

TEST_CASE("a value that may be moved only arrives") {
  run([]() -> task<> {
    const auto wait = [](auto&& token) {
      return asio::async_initiate<decltype(token), void(asio::error_code, std::unique_ptr<int>)>(
          [](auto&& handler) {
            asio::post(asio_executor(), [kept = std::move(handler)]() mutable {
              std::move(kept)(asio::error_code(), std::make_unique<int>(7));
            });
          },
          token);
    };
    const std::unique_ptr<int> value = co_await wait(use_weir);
    CHECK(*value == 7);
  });
}

TEST_CASE("an operation that completes within its initiation does not resume the task in it") {
  run([]() -> task<> {
    bool returned = false;
    const auto wait = [&](auto&& token) {
      return asio::async_initiate<decltype(token), void(asio::error_code)>(
          [&](auto&& handler) {
            std::move(handler)(asio::error_code());
            returned = true;
          },
          token);
    };
    co_await wait(use_weir);
    CHECK(returned);
  });
}

TEST_CASE("what an initiation throws is thrown by the await") {
  run([]() -> task<> {
    const auto wait = [](auto&& token) {
      return asio::async_initiate<decltype(token), void(asio::error_code)>(
          [](auto&& handler) {
            const auto dropped = std::move(handler);
            throw std::length_error("too long");
          },
          token);
    };
    bool thrown = false;
    try {
      co_await wait(use_weir);
    } catch (const std::length_error&) {
      thrown = true;
    }
    CHECK(thrown);
    const auto waited = co_await wait(use_weir).as_result();
    CHECK(waited.error().is(errc::unhandled_exception));
  });
}

TEST_CASE("a stop is passed on once, and the task goes on when the operation has completed") {
  run([]() -> task<> {
    manual_operation<asio::error_code> operation;
    bool over = false;
    scope children;
    children.spawn([](manual_operation<asio::error_code>& awaited, bool& ended) -> task<> {
      const auto waited = co_await awaited.start(use_weir).as_result();
      ended = true;
      CHECK(waited.error().is_cancelled());
    }(operation, over));
    while (!operation.begun()) co_await yield();
    children.request_stop();
    for (int turn = 0; turn < 10; ++turn) co_await yield();
    CHECK(operation.cancels() == 1);
    CHECK_FALSE(over);

    operation.complete(asio::error::operation_aborted);
    co_await children.join();
    CHECK(over);
  });
}

TEST_CASE("a value that came before the stop is kept") {
  run([]() -> task<> {
    manual_operation<asio::error_code, int> operation;
    int value = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](manual_operation<asio::error_code, int>& awaited, int& kept) -> task<> {
        kept = co_await awaited.start(use_weir);
      }(operation, value));
      while (!operation.begun()) co_await yield();
      operation.complete(fine, 7);
      children.request_stop();
      co_await children.close();
    });
    CHECK(value == 7);
    CHECK(operation.cancels() == 0);
  });
}

TEST_CASE("an operation that is quicker than its cancellation keeps its value") {
  run([]() -> task<> {
    manual_operation<asio::error_code, int> operation;
    int value = 0;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](manual_operation<asio::error_code, int>& awaited, int& kept) -> task<> {
        kept = co_await awaited.start(use_weir);
      }(operation, value));
      while (!operation.begun()) co_await yield();
      children.request_stop();
      operation.complete(fine, 7);
      co_await children.close();
    });
    CHECK(operation.cancels() == 1);
    CHECK(value == 7);
  });
}

TEST_CASE("in a stopped task nothing is initiated") {
  run([]() -> task<> {
    manual_operation<asio::error_code> operation;
    scope children;
    children.request_stop();
    children.spawn([](manual_operation<asio::error_code>& awaited) -> task<> {
      co_await awaited.start(use_weir);
    }(operation));
    co_await children.close();
    CHECK_FALSE(operation.begun());
    CHECK(operation.cancels() == 0);
  });
}

TEST_CASE("an operation that is given up throws closed") {
  run([]() -> task<> {
    manual_operation<asio::error_code> operation;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](manual_operation<asio::error_code>& dropped) -> task<> {
        while (!dropped.begun()) co_await yield();
        dropped.give_up();
      }(operation));
      const auto waited = co_await operation.start(use_weir).as_result();
      CHECK(waited.error().is(errc::closed));
      CHECK(waited.error().disposition() == disposition::retry);
    });
  });
}

TEST_CASE("an operation that another thread gives up throws closed") {
  run([]() -> task<> {
    manual_operation<asio::error_code> operation;
    std::thread other;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](manual_operation<asio::error_code>& dropped, std::thread& by) -> task<> {
        while (!dropped.begun()) co_await yield();
        by = std::thread([&dropped] { dropped.give_up(); });
      }(operation, other));
      const auto waited = co_await operation.start(use_weir).as_result();
      CHECK(waited.error().is(errc::closed));
    });
    other.join();
  });
}

TEST_CASE("an operation that another thread completes goes on on the loop") {
  run([]() -> task<> {
    manual_operation<asio::error_code, int> operation;
    std::thread other;
    co_await with_scope([&](scope& children) -> task<> {
      children.spawn([](manual_operation<asio::error_code, int>& done, std::thread& by) -> task<> {
        while (!done.begun()) co_await yield();
        by = std::thread([&done] { done.complete(asio::error_code(), 7); });
      }(operation, other));
      const int value = co_await operation.start(use_weir);
      CHECK(value == 7);
      CHECK(loop::current_or_null() != nullptr);
    });
    other.join();
  });
}

TEST_SUITE_END();
