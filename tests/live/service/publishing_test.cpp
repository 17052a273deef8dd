// SPDX-License-Identifier: Apache-2.0
// What a handler publishes, where its stream does not take it.
#include <doctest/doctest.h>

#include "answering_handlers.hpp"
#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.publishing");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::office_floor;
using weir::test::store_alone;
using weir::test::store_many;
using weir::test::store_together;

namespace {

constexpr std::int64_t parcels = 20;
constexpr std::int64_t letters = 40;

constexpr auto count_unsent = weir::stmt<"select count(*) from weir_outbox">;

weir::durable policy() { return weir::durable("letters").workers(4).ack_wait(10min); }

weir::task<> until_stored(office_floor on, std::string stream, std::uint64_t wanted) {
  for (;;) {
    const auto now = co_await on.jetstream.stream_info(stream);
    if (now.messages >= wanted) co_return;
    co_await weir::sleep(5ms);
  }
}

/// First come more events without a stream than there are workers.
weir::task<> send_parcels(office_floor on) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  for (std::int64_t id = 1; id <= letters; ++id) {
    const std::string body = letter(id, id <= parcels ? "a parcel" : "");
    co_await on.jetstream.publish(to, body);
  }
  co_await until_stored(on, "LETTERS", letters + (letters - parcels));
  const auto known = co_await on.jetstream.consumer_info("LETTERS", "letters");
  CHECK(known.delivered_consumer_sequence == letters);

  weir::nats::stream_config taker;
  taker.name = Parcels::name;
  taker.subjects = {"parcels.>"};
  co_await on.jetstream.ensure_stream(std::move(taker));
  while (co_await on.database.one<std::int64_t>(count_unsent) > 0) co_await weir::sleep(5ms);
  const auto sent = co_await on.jetstream.stream_info(std::string(Parcels::name));
  CHECK(sent.messages == parcels);
}

}  // namespace

TEST_CASE("events that no stream takes keep no worker from other messages, and are sent later") {
  weir::test::allow(120s);
  weir::test::post_office office;
  weir::service service("letters-test");
  SUBCASE("in transactions") { service.on<store_alone>(policy()); }
  SUBCASE("in a group commit") { service.on<store_together>(policy()); }
  SUBCASE("in batches") { service.on<store_many>(policy()); }

  office.play(service, send_parcels);
}

TEST_SUITE_END();
