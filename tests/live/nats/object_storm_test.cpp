// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "objects.hpp"
#include "storms.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr std::size_t object_bytes = 5000;
constexpr std::size_t chunk = 100;
constexpr unsigned writers = 3;
constexpr unsigned puts_each = 6;
constexpr std::uint64_t storms = 12;

task<> rage(nats::model_server& server) {
  for (;;) {
    co_await sleep(up_to(300ms));
    switch (loop::current().random() % 5) {
      case 0:
        server.disconnect_all();
        break;
      case 1:
        server.lose_confirmations(1 + loop::current().random() % 5);
        break;
      case 2:
        server.change_leader();
        break;
      case 3:
        co_await shield(pause_for(server, up_to(500ms)));
        break;
      default:
        co_await shield(stop_for(server, up_to(500ms)));
    }
  }
}

bool may_go_better(const error& failure) { return failure.disposition() == disposition::retry; }

stream<std::string> slowly(std::string bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += chunk) {
    co_await sleep(up_to(10ms));
    co_yield bytes.substr(at, chunk);
  }
}

/// Puts until each has succeeded; some are cancelled at a random moment.
task<> write(const nats::object_store& bucket, unsigned writer, std::size_t& unknown) {
  for (unsigned i = 0; i < puts_each;) {
    const std::string bytes = bytes_of(object_bytes, writer * puts_each + i);
    const duration limit = i % 2 == 0 ? duration(1min) : up_to(1s);
    const auto put =
        co_await with_timeout(limit, bucket.put(named("a", chunk), slowly(bytes))).as_result();
    if (put.has_value() || limit < 1min) ++i;
    if (put.has_value()) continue;
    CHECK(may_go_better(put.error()));
    if (contains(put.error().message(), "its description was not stored")) ++unknown;
  }
}

task<> read(const nats::object_store& bucket, const std::set<std::string>& valid, int& count) {
  for (;;) {
    co_await sleep(up_to(200ms));
    const auto got = co_await bucket.get("a").as_result();
    if (got.has_value()) {
      ++count;
      CHECK(valid.contains(*got));
    } else if (!got.error().is_cancelled()) {
      CHECK(may_go_better(got.error()));
    }
  }
}

task<> weather(nats::connection& link, nats::model_server& server) {
  const nats::object_store bucket = co_await files(link);
  std::set<std::string> valid;
  for (unsigned i = 0; i < writers * puts_each; ++i) valid.insert(bytes_of(object_bytes, i));
  co_await bucket.put(named("a", chunk), *valid.begin());
  int reads = 0;
  std::size_t unknown = 0;  // what may be stored or not, and keeps its chunks
  scope readers;
  for (int i = 0; i < 2; ++i) readers.spawn(read(bucket, valid, reads));
  scope storm;
  storm.spawn(rage(server));
  scope writing;
  for (unsigned i = 0; i < writers; ++i) writing.spawn(write(bucket, i, unknown));
  co_await writing.join();
  co_await storm.close();
  co_await readers.close();

  CHECK(reads > 0);
  // Nothing is left of all that was replaced, failed or was cancelled, once the last of it has been
  // purged in the background.
  const std::size_t most = (1 + unknown) * object_bytes / chunk + 1;
  while (co_await messages_in(bucket) > most) co_await sleep(100ms);
  CHECK(valid.contains(co_await bucket.get("a")));
}

}  // namespace

TEST_SUITE("nats.object_storm") {
  TEST_CASE("an object is one that was put, and no chunk stays of others, whatever faults come") {
    in_storms(storms, weather);
  }
}
