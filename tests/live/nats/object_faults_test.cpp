// SPDX-License-Identifier: Apache-2.0
#include "objects.hpp"
#include "scripted_server.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;

namespace {

/// Runs `body(connection, server)` over a model, in virtual time.
template <class Body>
void with_model(Body body) {
  simulate({}, [&]() -> task<> {
    nats::model_server server({.latency = 1ms});
    nats::connection link(server);
    co_await weir::test::detail::run_body(link, body(link, server));
  });
}

task<> lose_confirmations(nats::connection& link, nats::model_server& server) {
  const nats::object_store bucket = co_await files(link);
  const std::string bytes = bytes_of(1000);
  for (const std::size_t lost : {1, 5, 10, 11, 12, 30}) {
    CAPTURE(lost);
    server.lose_confirmations(lost);
    const auto put = co_await bucket.put(named("a", 100), bytes);
    CHECK(co_await bucket.get("a") == bytes);
    CHECK((co_await bucket.info("a"))->nuid == put.nuid);
    CHECK(co_await messages_in(bucket) == 11);
    server.lose_confirmations(0);
  }
}

/// Gives bytes without end, and counts them.
class endless_source {
 public:
  task<std::size_t> read_some(std::span<std::byte> into) {
    std::ranges::fill(into, std::byte{'x'});
    taken += into.size();
    co_return into.size();
  }
  std::size_t taken = 0;
};

task<> put_endless(const nats::object_store& bucket, std::size_t chunk, endless_source& from) {
  static_cast<void>(co_await bucket.put(named("a", chunk), from));
}

task<> stay_within_window(nats::connection& link, nats::model_server& server) {
  const nats::object_store bucket = co_await files(link);
  for (const std::size_t chunk : {std::size_t{1000}, nats::object_chunk_bytes}) {
    endless_source from;
    scope writing;
    writing.spawn(put_endless(bucket, chunk, from));
    while (from.taken == 0) co_await sleep(1ms);
    server.pause();
    co_await sleep(100ms);
    const std::size_t before = from.taken;
    co_await sleep(3s);
    // The window is full, and one more chunk waits in front of it.
    CHECK(from.taken == before);
    server.resume();
    co_await sleep(10ms);
    CHECK(from.taken > before);
    co_await writing.close();
    CHECK(co_await messages_in(bucket) == 0);
  }
}

task<> put_while_standing(nats::connection& link, nats::model_server& server) {
  const nats::object_store bucket = co_await files(link);
  server.pause();
  endless_source from;
  scope writing;
  writing.spawn(put_endless(bucket, nats::object_chunk_bytes, from));
  co_await sleep(1s);
  CHECK(from.taken == 0);  // Whether there is a bucket is asked first.
  co_await writing.close();
  server.resume();
}

/// What of JetStream a put needs, with chunks confirmed as they should not be.
class disordered_bucket {
 public:
  explicit disordered_bucket(scripted_server& server) : server_(server) {
    server.on_publish = [this](const scripted_server::published& came) { answer(came); };
  }
  bool was_purged = false;

 private:
  void answer(const scripted_server::published& came) {
    if (came.subject == "$JS.API.STREAM.MSG.GET.OBJ_files") {
      server_.answer(came.reply,
                     R"({"error":{"code":404,"err_code":10037,"description":"no message found"}})");
    } else if (came.subject == "$JS.API.STREAM.INFO.OBJ_files") {
      server_.answer(came.reply,
                     R"({"config":{"name":"OBJ_files"},"state":{"messages":0,"bytes":0,)"
                     R"("first_seq":0,"last_seq":0,"consumer_count":0},)"
                     R"("created":"2026-01-01T00:00:00Z"})");
    } else if (came.subject == "$JS.API.STREAM.PURGE.OBJ_files") {
      was_purged = contains(came.payload, "$O.files.C.");
      server_.answer(came.reply, R"({"success":true,"purged":3})");
    } else if (came.subject.starts_with("$O.files.C.")) {
      ++chunks_;
      const int sequence = chunks_ == 2 ? 9 : chunks_;
      server_.answer(came.reply,
                     R"({"stream":"OBJ_files","seq":)" + std::to_string(sequence) + "}");
    }
  }

  scripted_server& server_;
  int chunks_ = 0;
};

task<> store_out_of_order(nats::connection& link, scripted_server& server) {
  disordered_bucket made(server);
  const auto bucket = co_await nats::object_store::open(nats::jetstream(link), "files");
  const auto failure = co_await error_of(bucket.put(named("a", 100), bytes_of(300)));
  REQUIRE(failure.has_value());
  CHECK(failure->is(errc::unavailable));
  CHECK(failure->disposition() == disposition::retry);
  CHECK(contains(failure->message(), "stored its chunks out of order"));
  CHECK(made.was_purged);
}

/// The stream forgets ids sooner than copies of a message are sent elsewhere.
task<> forget_soon(nats::connection& link, duration window) {
  nats::stream_config config;
  config.name = "OBJ_files";
  config.duplicate_window = window;
  co_await nats::jetstream(link).ensure_stream(config);
}

task<> lose_confirmation_of_last(nats::connection& link, nats::model_server& server) {
  const nats::object_store bucket = co_await files(link);
  co_await forget_soon(link, 2s);
  server.lose_confirmations(1);
  co_await check_fails(bucket.put(named("a", 100), bytes_of(100)), errc::deadline_exceeded,
                       "sent 1 times");
  CHECK(co_await messages_in(bucket) == 0);
  co_await bucket.put(named("a", 100), bytes_of(100));
  CHECK(co_await messages_in(bucket) == 2);
  CHECK(co_await bucket.get("a") == bytes_of(100));
}

/// The server stands still from the second chunk on, for longer than it knows the ids of chunks.
task<> stand_still(nats::connection& link, live_server& server) {
  const nats::object_store bucket = co_await files(link);
  co_await forget_soon(link, 200ms);
  const auto pieces = [&server, &link]() -> stream<std::string> {
    co_yield bytes_of(100, 1);
    server->pause();
    while (!(co_await error_of(link.flush(20ms))).has_value()) {
    }
    co_yield bytes_of(100, 2);
  };
  co_await check_fails(bucket.put(named("a", 100), pieces()), errc::deadline_exceeded,
                       "sent 1 times");
  server->resume();
  while (co_await messages_in(bucket) > 0) co_await link.flush();
  CHECK_FALSE((co_await bucket.info("a")).has_value());
}

}  // namespace

TEST_SUITE("nats.object_faults") {
  TEST_CASE("an object whose confirmations get lost is stored, once") {
    with_model(lose_confirmations);
  }
  TEST_CASE("a chunk is not sent again when its stream has forgotten the first copy") {
    with_model(lose_confirmation_of_last);
  }
  TEST_CASE("a put ends within the time that its stream knows the chunks, and leaves none") {
    live_server server;
    with_connection(server.options(), [&](auto& link) { return stand_still(link, server); });
  }
  TEST_CASE("a source is not read on while the server confirms nothing") {
    with_model(stay_within_window);
  }
  TEST_CASE("a source is not read before the bucket is known to be there") {
    with_model(put_while_standing);
  }
  TEST_CASE("chunks that a server has stored out of order are no object") {
    with_scripted_server("2.9.10", store_out_of_order);
  }
}
