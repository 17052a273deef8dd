// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"
#include "weir/blocking.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Bytes that come in pieces of changing sizes, and stop coming, or fail, after `until`.
class slow_source {
 public:
  enum class end : unsigned char { eof, failure, never };

  slow_source(std::string bytes, std::size_t until, end what)
      : bytes_(std::move(bytes)), until_(until), what_(what) {}

  task<std::size_t> read_some(std::span<std::byte> into) {
    if (taken_ < until_) {
      const std::size_t count = std::min({into.size(), until_ - taken_, 1 + taken_ % 37});
      const auto from = std::as_bytes(std::span(bytes_)).subspan(taken_, count);
      std::ranges::copy(from, into.begin());
      taken_ += count;
      co_return count;
    }
    stopped.set();
    if (what_ == end::failure) throw std::runtime_error("the disk is broken");
    if (what_ == end::never) {
      manual_reset_event nothing;
      co_await nothing.wait();
    }
    co_return 0;
  }

  std::size_t taken() const noexcept { return taken_; }
  manual_reset_event stopped;

 private:
  std::string bytes_;
  std::size_t until_;
  end what_;
  std::size_t taken_ = 0;
};

task<> put_pulled(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(10'000);
  slow_source from(bytes, bytes.size(), slow_source::end::eof);
  const auto put = co_await bucket.put(named("a", 64), from);
  CHECK(put.size == 10'000);
  CHECK(put.chunks == 157);  // All of 64 bytes but the last, whatever the pieces are.
  CHECK(co_await bucket.get("a") == bytes);
  const auto contents = co_await bucket.read("a");
  CHECK(contents.info.size == 10'000);
}

stream<std::string> pieces_of(std::string bytes, std::size_t size) {
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    co_yield bytes.substr(at, size);
    co_yield "";
  }
}

task<> put_stream(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(5000);
  CHECK((co_await bucket.put(named("a", 100), pieces_of(bytes, 333))).chunks == 50);
  CHECK(co_await bucket.get("a") == bytes);
  // From one bucket into another, with never more than a window in memory.
  auto contents = co_await bucket.read("a");
  co_await bucket.put(named("copy", 70), std::move(contents.pieces));
  CHECK(co_await bucket.get("copy") == bytes);
}

task<> fail_source(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("a", 100), "old");
  slow_source from(bytes_of(1000), 777, slow_source::end::failure);
  bool is_own = false;
  try {
    co_await bucket.put(named("a", 100), from);
  } catch (const std::runtime_error& failure) {
    is_own = contains(failure.what(), "the disk is broken");
  }
  CHECK(is_own);
  CHECK(co_await bucket.get("a") == "old");
  CHECK(co_await messages_in(bucket) == 2);
}

task<> put_until_stopped(const nats::object_store& bucket, slow_source& from) {
  static_cast<void>(co_await bucket.put(named("a", 100), from));
}

task<> cancel_put(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("a", 100), "old");
  for (const std::size_t until : {0, 1, 100, 777}) {
    slow_source from(bytes_of(1000), until, slow_source::end::never);
    scope children;
    children.spawn(put_until_stopped(bucket, from));
    co_await from.stopped.wait();
    co_await children.close();
    CHECK(co_await bucket.get("a") == "old");
    CHECK(co_await messages_in(bucket) == 2);
  }
}

/// Cancelled at any moment, a put has happened or not.
task<> cancel_anywhere(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes[2] = {bytes_of(950, 1), bytes_of(950, 2)};
  co_await bucket.put(named("a", 100), bytes[0]);
  for (int i = 0; i < 40; ++i) {
    const auto limit = std::chrono::microseconds(50 * i);
    const auto put =
        co_await with_timeout(limit, bucket.put(named("a", 100), bytes[(i + 1) % 2])).as_result();
    if (!put.has_value()) CHECK(put.error().is(errc::deadline_exceeded));
    const std::string now = co_await bucket.get("a");
    CHECK((now == bytes[0] || now == bytes[1]));
    if (put.has_value()) CHECK(now == bytes[(i + 1) % 2]);
    CHECK(co_await messages_in(bucket) == 11);
  }
}

task<> put_with(const nats::object_store& bucket, unsigned seed, int times) {
  for (int i = 0; i < times; ++i) co_await bucket.put(named("a", 100), bytes_of(1000, seed));
}

task<> put_at_once(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  scope writers;
  for (unsigned seed = 1; seed <= 4; ++seed) writers.spawn(put_with(bucket, seed, 5));
  co_await writers.join();
  const std::string now = co_await bucket.get("a");
  CHECK((now == bytes_of(1000, 1) || now == bytes_of(1000, 2) || now == bytes_of(1000, 3) ||
         now == bytes_of(1000, 4)));
  CHECK(co_await messages_in(bucket) == 11);  // Every object that was replaced is gone.
}

task<> restart_while_putting(nats::connection& link, live_server& server) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(200'000);
  const auto pieces = [&]() -> stream<std::string> {
    for (std::size_t at = 0; at < bytes.size(); at += 1000) {
      if (at % 60'000 == 30'000) {
        co_await blocking([&server] {
          server->kill_hard();
          server->start();
        });
      }
      co_yield bytes.substr(at, 1000);
    }
  };
  const auto put = co_await bucket.put(named("a", 1000), pieces());
  CHECK(put.chunks == 200);
  CHECK(co_await bucket.get("a") == bytes);
  CHECK(co_await messages_in(bucket) == 201);
}

}  // namespace

TEST_SUITE("nats.object_put") {
  TEST_CASE("an object is pulled out of its source, and cut into chunks of one size") {
    on_every_server(put_pulled);
  }
  TEST_CASE("a stream of texts is a source, another object's too") { on_every_server(put_stream); }
  TEST_CASE("a source that fails leaves the old object and no chunk, and its own exception") {
    on_every_server(fail_source);
  }
  TEST_CASE("a put that is cancelled while it waits for its source leaves no trace") {
    on_every_server(cancel_put);
  }
  TEST_CASE("a put that is cancelled has happened as a whole or not at all") {
    on_every_server(cancel_anywhere);
  }
  TEST_CASE("of several puts at the same time one stays, and nothing of the others") {
    on_every_server(put_at_once);
  }
  TEST_CASE("a put goes on over servers that crash") {
    live_server server;
    with_connection(server.options(),
                    [&](auto& link) { return restart_while_putting(link, server); });
  }
}
