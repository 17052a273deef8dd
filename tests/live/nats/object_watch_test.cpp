// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"
#include "weir/blocking.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// "name", "-name" for one that was removed, "mark".
std::string shown(const nats::object_change& change) {
  if (change.is_up_to_date_mark()) return "mark";
  return (change.info->is_removed ? "-" : "") + change.info->meta.name;
}

/// The next changes, with blanks between them: g++ 14 fails on a braced list in a co_await
/// expression.
task<std::string> take(stream<nats::object_change>& from, std::size_t count) {
  std::string taken;
  for (; count > 0; --count) {
    const auto next = co_await from.next();
    taken += (taken.empty() ? "" : " ") + shown(*next);
  }
  co_return taken;
}

task<> watch_all(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  auto empty = bucket.watch();
  CHECK(co_await take(empty, 1) == "mark");
  co_await bucket.put(named("a", 1), "123");
  co_await bucket.put(named("b"), "1");
  co_await bucket.remove("b");
  co_await bucket.link("c", lead_to("files", "a"));
  CHECK(co_await take(empty, 4) == "a b -b c");
  auto all = bucket.watch();
  CHECK(co_await take(all, 4) == "a -b c mark");
  nats::object_watch_options options;
  options.ignore_removed = true;
  auto kept = bucket.watch(options);
  CHECK(co_await take(kept, 3) == "a c mark");
  options = {};
  options.updates_only = true;
  auto updates = bucket.watch(options);
  CHECK((co_await with_timeout(20ms, updates.next()).as_result())
            .error()
            .is(errc::deadline_exceeded));
  co_await bucket.put(named("d"), "1");
  CHECK(co_await take(updates, 1) == "d");
  CHECK(co_await take(all, 1) == "d");
  co_await bucket.put(named("a"), "x");
  const std::vector<std::string> names{"c", "d", "a"};
  CHECK(co_await names_in(bucket) == names);
}

task<> watch_over_crashes(nats::connection& link, live_server& server) {
  const nats::object_store bucket = co_await files(link);
  auto changes = bucket.watch();
  CHECK(co_await take(changes, 1) == "mark");
  for (int i = 0; i < 4; ++i) {
    const std::string name = std::to_string(i);
    co_await bucket.put(named(name), name);
    CHECK(co_await take(changes, 1) == name);
    co_await blocking([&server] {
      server->kill_hard();
      server->start();
    });
  }
  co_await bucket.put(named("last"), "");
  CHECK(co_await take(changes, 1) == "last");
}

task<> watch_to_the_end(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  auto changes = bucket.watch();
  co_await take(changes, 1);
  co_await nats::object_store::remove_bucket(nats::jetstream(link), "files");
  const auto end = co_await changes.next().as_result();
  REQUIRE_FALSE(end.has_value());
  CHECK(end.error().is(errc::not_found));
  CHECK_FALSE((co_await changes.next()).has_value());
}

}  // namespace

TEST_SUITE("nats.object_watch") {
  TEST_CASE("a watch gives the objects, the mark, and then every change") {
    on_every_server(watch_all);
  }
  TEST_CASE("a watch of objects goes on over servers that crash") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return watch_over_crashes(link, server); });
  }
  TEST_CASE("a watch of objects ends with an error when its bucket is removed") {
    on_every_server(watch_to_the_end);
  }
}
