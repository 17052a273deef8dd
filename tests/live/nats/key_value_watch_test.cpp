// SPDX-License-Identifier: Apache-2.0
#include "backends.hpp"
#include "fixture.hpp"
#include "weir/blocking.hpp"
#include "weir/nats/key_value.hpp"

using namespace weir;
using namespace weir::test;

namespace {

task<nats::key_value> numbers(nats::connection& link, int history = 1) {
  nats::key_value_config config;
  config.bucket = "numbers";
  config.history = history;
  return nats::key_value::ensure(nats::jetstream(link), std::move(config));
}

/// "key=value@revision", "-key@revision" for one that was removed, "mark".
std::string shown(const nats::key_value_change& change) {
  if (change.is_up_to_date_mark()) return "mark";
  const nats::key_value_entry& entry = *change.entry;
  const std::string at = "@" + std::to_string(entry.revision);
  return entry.operation == nats::key_value_operation::put ? entry.key + "=" + entry.value + at
                                                           : "-" + entry.key + at;
}

/// The next changes, with blanks between them: g++ 14 fails on a braced list in a co_await
/// expression.
task<std::string> take(stream<nats::key_value_change>& from, std::size_t count) {
  std::string taken;
  for (; count > 0; --count) {
    const auto next = co_await from.next();
    taken += (taken.empty() ? "" : " ") + shown(*next);
  }
  co_return taken;
}

task<> watch_all(nats::connection& link) {
  const nats::key_value bucket = co_await numbers(link, 3);
  auto empty = bucket.watch();
  CHECK(co_await take(empty, 1) == "mark");
  co_await bucket.put("a", "1");
  co_await bucket.put("a", "2");
  co_await bucket.put("b", "3");
  co_await bucket.remove("b");
  CHECK(co_await take(empty, 4) == "a=1@1 a=2@2 b=3@3 -b@4");
  auto last = bucket.watch();
  CHECK(co_await take(last, 3) == "a=2@2 -b@4 mark");
  co_await bucket.put("c", "5");
  CHECK(co_await take(last, 1) == "c=5@5");
}

task<> watch_parts(nats::connection& link) {
  const nats::key_value bucket = co_await numbers(link, 3);
  co_await bucket.put("a", "1");
  co_await bucket.put("a", "2");
  co_await bucket.put("b.x", "3");
  co_await bucket.remove("b.x");
  auto history = bucket.watch("a", {.include_history = true});
  CHECK(co_await take(history, 3) == "a=1@1 a=2@2 mark");
  auto put_only = bucket.watch(">", {.ignore_removed = true, .keys_only = true});
  CHECK(co_await take(put_only, 2) == "a=@2 mark");
  auto from = bucket.watch(">", {.from_revision = 3});
  CHECK(co_await take(from, 3) == "b.x=3@3 -b.x@4 mark");
  auto updates = bucket.watch("*.x", {.updates_only = true});
  {
    const auto nothing = co_await with_timeout(20ms, updates.next()).as_result();
    CHECK(nothing.error().is(errc::deadline_exceeded));
  }
  co_await bucket.put("a", "5");
  co_await bucket.put("b.x", "6");
  CHECK(co_await take(updates, 1) == "b.x=6@6");
}

/// Cancels a next() again and again while changes come.
task<> cancel_watch(nats::connection& link) {
  const nats::key_value bucket = co_await numbers(link);
  auto changes = bucket.watch();
  co_await take(changes, 1);
  constexpr std::uint64_t count = 200;
  std::uint64_t seen = 0;
  const auto look = [&](duration limit) -> task<> {
    const auto came = co_await with_timeout(limit, changes.next()).as_result();
    if (!came.has_value()) {
      CHECK(came.error().is(errc::deadline_exceeded));
    } else {
      CHECK((*came)->entry->revision == ++seen);
    }
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    co_await bucket.put("k" + std::to_string(i), "x");
    co_await look(std::chrono::microseconds(10 * (i % 20)));
  }
  while (seen < count) co_await look(1s);
}

task<> put_all(const nats::key_value& bucket, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t i = from; i < to; ++i) co_await bucket.put("k" + std::to_string(i), "x");
}

task<> watch_over_crashes(nats::connection& link, live_server& server) {
  const nats::key_value bucket = co_await numbers(link);
  co_await put_all(bucket, 0, 400);
  auto changes = bucket.watch();
  std::uint64_t last = 0;
  std::size_t marks = 0;
  constexpr std::uint64_t count = 600;
  while (last < count || marks == 0) {
    const auto change = co_await changes.next();
    if (change->is_up_to_date_mark()) {
      ++marks;
      co_await put_all(bucket, 400, 500);
    } else {
      CHECK(change->entry->revision == last + 1);
      last = change->entry->revision;
    }
    if (last != 100 && last != 450 && last != 500) continue;
    if (change->is_up_to_date_mark()) continue;
    co_await blocking([&server] {
      server->kill_hard();
      server->start();
    });
    if (last == 500) co_await put_all(bucket, 500, 600);
  }
  CHECK(marks == 1);
}

task<> watch_to_the_end(nats::connection& link) {
  const nats::key_value bucket = co_await numbers(link);
  auto changes = bucket.watch();
  co_await take(changes, 1);
  co_await nats::key_value::remove_bucket(nats::jetstream(link), "numbers");
  const auto end = co_await changes.next().as_result();
  REQUIRE_FALSE(end.has_value());
  CHECK(end.error().is(errc::not_found));
}

task<> watch_another(nats::connection& link) {
  const nats::key_value bucket = co_await numbers(link);
  co_await put_all(bucket, 0, 3);
  auto changes = bucket.watch();
  co_await take(changes, 4);
  co_await nats::key_value::remove_bucket(nats::jetstream(link), "numbers");
  const nats::key_value another = co_await numbers(link);
  co_await another.put("a", "1");
  const auto end = co_await changes.next().as_result();
  REQUIRE_FALSE(end.has_value());
  CHECK(end.error().is(errc::not_found));
  CHECK(contains(end.error().message(), "another made in its place"));
}

}  // namespace

TEST_SUITE("nats.key_value_watch") {
  TEST_CASE("a watch gives the last values, the mark, and then every change") {
    on_every_server(watch_all);
  }
  TEST_CASE("a watch gives what its options ask for, and no more") { on_every_server(watch_parts); }
  TEST_CASE("a next() that is cancelled has lost no change") { on_every_server(cancel_watch); }
  TEST_CASE("a watch goes on over servers that crash, with every revision once") {
    live_server server;
    with_connection(server.options(),
                    [&](nats::connection& link) { return watch_over_crashes(link, server); });
  }
  TEST_CASE("a watch ends with an error when its bucket is removed") {
    on_every_server(watch_to_the_end);
  }
  TEST_CASE("a watch does not take another bucket of the same name for its own") {
    live_server server;
    with_connection(server.options(), watch_another);
  }
}
