// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"
#include "weir/blocking.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::size_t chunk = 100;

task<std::string> rest_of(stream<std::string>& pieces) {
  std::string bytes;
  while (const auto piece = co_await pieces.next()) bytes += *piece;
  co_return bytes;
}

task<> read_in_pieces(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(1050);
  co_await bucket.put(named("a", chunk), bytes);
  auto contents = co_await bucket.read("a");
  std::string seen;
  std::size_t pieces = 0;
  while (const auto piece = co_await contents.pieces.next()) {
    ++pieces;
    seen += *piece;
    const auto soon = co_await with_timeout(0s, as_task(contents.pieces.next())).as_result();
    if (!soon.has_value()) {
      CHECK(soon.error().is(errc::deadline_exceeded));
    } else if (*soon) {
      ++pieces;
      seen += **soon;
    }
  }
  CHECK(seen == bytes);
  CHECK(pieces == 11);
  CHECK_FALSE((co_await contents.pieces.next()).has_value());
  // One that is not read, or not to its end, is no more than dropped.
  auto first = co_await bucket.read("a");
  CHECK((co_await first.pieces.next())->size() == chunk);
  const auto unread = co_await bucket.read("a");
  CHECK(unread.info.size == bytes.size());
}

/// Reads to the end, while no more than `window` comes ahead of that; gives the bytes that were
/// read.
task<std::size_t> read_within(nats::connection& link, nats::object_contents& contents,
                              std::size_t window) {
  constexpr std::size_t others = 64U << 10;  // Of answers, heartbeats and statuses.
  const auto before = link.statistics().bytes_in;
  std::size_t taken = (co_await contents.pieces.next())->size();
  while (const auto piece = co_await contents.pieces.next()) {
    taken += piece->size();
    co_await link.flush();
    CHECK(link.statistics().bytes_in - before <= taken + window + others);
  }
  co_return taken;
}

task<> stay_within_window(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(12U << 20);
  co_await bucket.put(named("a"), bytes);
  auto contents = co_await bucket.read("a");
  const std::size_t taken = co_await read_within(link, contents, 4U << 20);
  CHECK(taken == bytes.size());
}

/// A description of small chunks, in front of large ones.
task<> read_understated(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(24U << 20);
  const auto put = co_await bucket.put(named("a", 768U << 10), bytes);
  const std::string size = std::to_string(bytes.size());
  const nats::subject description("$O.files.M.YQ==");
  co_await nats::jetstream(link).publish(
      description, R"({"name":"a","size":)" + size + R"(,"chunks":)" + size + R"(,"nuid":")" +
                       put.nuid + R"(","digest":")" + put.digest + R"("})");
  auto contents = co_await bucket.read("a");
  const std::size_t taken = co_await read_within(link, contents, 8U << 20);
  CHECK(taken == bytes.size());
}

/// What one does to an object behind its back, and what its reader says then.
task<> find_damage(nats::connection& link) {
  nats::jetstream js(link);
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(1000);
  const auto put = co_await bucket.put(named("a", chunk), bytes);
  const std::uint64_t first = put.revision - put.chunks;
  const nats::subject more("$O.files.C." + put.nuid);
  co_await js.publish(more, "x");  // Behind the bytes that are described, and of no account.
  CHECK(co_await bucket.get("a") == bytes);

  co_await js.delete_message("OBJ_files", first + 9);
  co_await check_fails(bucket.get("a"), errc::invalid_input, "99 of its 1000 bytes are missing");
  co_await js.delete_message("OBJ_files", put.revision + 1);
  co_await js.publish(more, std::string(chunk + 1, 'x'));
  co_await check_fails(bucket.get("a"), errc::invalid_input, "more than its 1000 bytes");
  co_await js.delete_message("OBJ_files", put.revision + 2);
  co_await js.publish(more, std::string(chunk, 'x'));
  co_await check_fails(bucket.get("a"), errc::invalid_input, "another SHA-256");
  auto contents = co_await bucket.read("a");
  for (int i = 0; i < 9; ++i) CHECK((co_await contents.pieces.next())->size() == chunk);
  // The last piece is not given: nobody takes the bytes for the object.
  CHECK((co_await error_of(as_task(contents.pieces.next())))->is(errc::invalid_input));
  CHECK_FALSE((co_await contents.pieces.next()).has_value());

  nats::purge_options chunks;
  chunks.filter = more.text();
  co_await js.purge_stream("OBJ_files", chunks);
  co_await check_fails(bucket.get("a"), errc::invalid_input, "1000 of its 1000 bytes are missing");
  co_await bucket.put(named("a"), "whole");
  CHECK(co_await bucket.get("a") == "whole");
}

task<> replace_while_read(nats::connection& link) {
  const nats::object_store bucket = co_await files(link);
  // Larger than what is asked for ahead.
  const std::string bytes = bytes_of(6U << 20);
  co_await bucket.put(named("a"), bytes);
  auto contents = co_await bucket.read("a");
  co_await contents.pieces.next();
  co_await bucket.put(named("a"), "new");
  const auto failure = co_await error_of(rest_of(contents.pieces));
  REQUIRE(failure.has_value());
  CHECK(failure->is(errc::conflict));
  CHECK(failure->disposition() == disposition::retry);
  CHECK(contains(failure->message(), "was replaced or removed while it was read"));
  CHECK(co_await bucket.get("a") == "new");
}

task<> crash_while_reading(nats::connection& link, live_server& server) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(200'000);
  co_await bucket.put(named("a", 1000), bytes);
  auto contents = co_await bucket.read("a");
  std::string seen;
  while (const auto piece = co_await contents.pieces.next()) {
    seen += *piece;
    if (seen.size() != 10'000 && seen.size() != 120'000) continue;
    co_await blocking([&server] {
      server->kill_hard();
      server->start();
    });
  }
  CHECK(seen == bytes);
}

/// Descriptions as a hostile client may write them.
task<> read_hostile(nats::connection& link) {
  nats::jetstream js(link);
  const nats::object_store bucket = co_await files(link);
  co_await bucket.put(named("victim"), "kept");
  const nats::subject a("$O.files.M.YQ==");
  for (const char* nuid : {">", "*", "n.n", "n n", "", "n\\r\\nPUB x 0"}) {
    CAPTURE(nuid);
    const std::string text =
        std::string(R"({"name":"a","size":4,"chunks":1,"nuid":")") + nuid + R"("})";
    co_await js.publish(a, text);
    co_await check_fails(bucket.get("a"), errc::protocol, "no single token");
    static_cast<void>(co_await bucket.remove("a").as_result());
    CHECK(co_await bucket.get("victim") == "kept");
  }
  co_await js.publish(a, R"({"name":"a","size":4,"chunks":1,"nuid":"n","digest":"MD5=x"})");
  const nats::subject n("$O.files.C.n");
  co_await js.publish(n, "1234");
  co_await check_fails(bucket.get("a"), errc::unsupported, "not one of SHA-256");
  for (const char* none : {"", "x", "[]", "{}", R"({"name":5})"}) {
    CAPTURE(none);
    co_await js.publish(a, none);
    CHECK_FALSE((co_await bucket.info("a")).has_value());
    const auto names = co_await names_in(bucket);
    CHECK(names == std::vector<std::string>{"victim"});
  }
  co_await bucket.put(named("a"), "good again");
  CHECK(co_await bucket.get("a") == "good again");
}

}  // namespace

TEST_SUITE("nats.object_read") {
  TEST_CASE("an object is read in pieces, and a next() that is cancelled has lost nothing") {
    on_every_server(read_in_pieces);
  }
  TEST_CASE("no more than 4 MiB are asked for ahead of the reader") {
    on_every_server(stay_within_window);
  }
  TEST_CASE("a description that understates the chunks does not raise what is asked for ahead") {
    SUBCASE("nats-server") {
      live_server server;
      with_connection(server.options(), read_understated);
    }
    SUBCASE("model") {
      loop home;
      home.run(run_with_model({}, read_understated));
    }
  }
  TEST_CASE("an object that is not what was put is never given to its end") {
    on_every_server(find_damage);
  }
  TEST_CASE("an object that is replaced while it is read says so") {
    on_every_server(replace_while_read);
  }
  TEST_CASE("reading goes on over servers that crash") {
    live_server server;
    with_connection(server.options(),
                    [&](auto& link) { return crash_while_reading(link, server); });
  }
  TEST_CASE("descriptions that somebody made up do no harm") { on_every_server(read_hostile); }
}
