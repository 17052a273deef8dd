// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"
#include "weir/blocking.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const std::string bytes = bytes_of(950);

/// Renames until it has happened: an attempt that seems to have failed may have been the one.
task<> rename_at_last(const nats::object_store& bucket, std::string from, std::string to) {
  for (;;) {
    const auto renamed = co_await bucket.update(from, named(to, 100)).as_result();
    if (renamed.has_value()) co_return;
    if (renamed.error().is(errc::not_found)) co_return;
    CAPTURE(renamed.error().message());
    REQUIRE(renamed.error().disposition() == disposition::retry);
  }
}

/// There is one object, under one name, and nothing of another.
task<> check_only(const nats::object_store& bucket, std::string name) {
  CHECK(co_await bucket.get(name) == bytes);
  const auto names = co_await names_in(bucket);
  CHECK(names == std::vector<std::string>{name});
  CHECK(co_await messages_in(bucket) == 11);
}

task<> check_not_lost(const nats::object_store& bucket) {
  int found = 0;
  for (const char* name : {"a", "b"}) {
    const auto got = co_await bucket.get(name).as_result();
    if (!got.has_value()) continue;
    CHECK(*got == bytes);
    ++found;
  }
  CHECK(found > 0);
}

task<> cancel_anywhere(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("a", 100), bytes);
  std::string from = "a";
  std::string to = "b";
  for (int i = 0; i < 40; ++i) {
    CAPTURE(i);
    const auto limit = std::chrono::microseconds(50 * i);
    const auto first = co_await with_timeout(limit, bucket.update(from, named(to))).as_result();
    if (!first.has_value()) CHECK(first.error().is(errc::deadline_exceeded));
    co_await check_not_lost(bucket);
    co_await rename_at_last(bucket, from, to);
    co_await check_only(bucket, to);
    std::swap(from, to);
  }
}

task<> crash_while_renaming(nats::connection& link, live_server& server) {
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("a", 100), bytes);
  std::string from = "a";
  std::string to = "b";
  for (int i = 0; i < 4; ++i) {
    scope renaming;
    renaming.spawn(rename_at_last(bucket, from, to));
    co_await blocking([&server] {
      server->kill_hard();
      server->start();
    });
    co_await renaming.join();
    co_await check_only(bucket, to);
    std::swap(from, to);
  }
}

task<> lose_confirmations(nats::connection& link, nats::model_server& server) {
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("a", 100), bytes);
  std::string from = "a";
  std::string to = "b";
  for (const std::size_t lost : {1, 2, 3}) {
    CAPTURE(lost);
    server.lose_confirmations(lost);
    co_await rename_at_last(bucket, from, to);
    server.lose_confirmations(0);
    co_await check_only(bucket, to);
    std::swap(from, to);
  }
}

}  // namespace

TEST_SUITE("nats.object_rename") {
  TEST_CASE("a rename that is cancelled at any moment loses no object, and can be tried again") {
    on_every_server(cancel_anywhere);
  }
  TEST_CASE("a rename goes on over servers that crash, and leaves one object under one name") {
    live_server server;
    with_connection(server.options(),
                    [&](auto& link) { return crash_while_renaming(link, server); });
  }
  TEST_CASE("a rename whose confirmations get lost leaves one object under one name") {
    simulate({}, [&]() -> task<> {
      nats::model_server server({.latency = 1ms});
      nats::connection link(server);
      co_await weir::test::detail::run_body(link, lose_confirmations(link, server));
    });
  }
}
