// SPDX-License-Identifier: Apache-2.0
// The time of day jumps while a service works: what it promises is counted by other clocks.
#include <doctest/doctest.h>

#include "epoll_driver.hpp"
#include "fixture.hpp"
#include "statistics.hpp"
#include "watchdog.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.clock");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::office_floor;

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;
constexpr auto count_stored = weir::stmt<"select count(*) from letters">;
constexpr auto most_attempts = weir::stmt<"select max(attempt) from letters">;
constexpr auto store_tick = weir::stmt<"insert into ticks (due) values ($1)">;
constexpr auto count_ticks = weir::stmt<"select count(*) from ticks">;
constexpr auto count_strange = weir::stmt<
    "select count(*) from ticks where due not between now() - interval '2 min' "
    "and now()">;
constexpr auto count_remembered = weir::stmt<"select count(*) from weir_inbox">;

/// How far the machine's clock is off.
std::chrono::seconds offset{0};

/// A driver on a machine whose clock is set while it runs.
class misled_driver final : public weir::epoll_driver {
 public:
  std::chrono::system_clock::time_point wall_clock() const noexcept override {
    return weir::epoll_driver::wall_clock() + offset;
  }
};

weir::durable policy() {
  return weir::durable("letters").workers(8).retry(3, weir::fixed(1ms)).ack_wait(1s).once(10min);
}

weir::task<> store_alone(Letter letter, weir::tx& db, const weir::meta& about) {
  co_await db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
  db.publish(Reply{letter.id});
}

weir::task<> store_together(Letter letter, weir::unit& db, const weir::meta& about) {
  db.exec(store, letter.id, static_cast<std::int64_t>(about.attempt));
  db.publish(Reply{letter.id});
  co_return;
}

weir::task<> note_tick(weir::tx& db, const weir::tick& now) {
  co_await db.exec(store_tick, now.due);
}

constexpr std::int64_t letters_an_hour = 50;

/// An hour on, an hour back, an hour behind, and right again; each time there is work and a tick.
weir::task<> set_the_clock(office_floor on) {
  const weir::nats::subject to(weir::bind<Letter>::subject);
  std::int64_t id = 0;
  std::int64_t ticks = 0;
  for (const auto hours : {0, 1, 0, -1, 0}) {
    offset = std::chrono::hours(hours);
    for (std::int64_t count = 0; count < letters_an_hour; ++count) {
      const std::string body = letter(++id, "");
      co_await on.jetstream.publish(to, body);
    }
    while (co_await on.database.one<std::int64_t>(count_stored) < id) co_await weir::sleep(2ms);
    ticks = co_await on.database.one<std::int64_t>(count_ticks) + 2;
    while (co_await on.database.one<std::int64_t>(count_ticks) < ticks) co_await weir::sleep(5ms);
  }
  const auto strange = co_await on.database.one<std::int64_t>(count_strange);
  CHECK(strange == 0);
  const auto attempts = co_await on.database.one<std::int64_t>(most_attempts);
  CHECK(attempts == 1);
  const auto remembered = co_await on.database.one<std::int64_t>(count_remembered);
  CHECK(remembered == id);
  const auto known = co_await on.jetstream.consumer_info("LETTERS", "letters");
  CHECK(known.delivered_consumer_sequence == static_cast<std::uint64_t>(id));
}

}  // namespace

TEST_CASE("while the clock jumps by hours work, ticks and what is remembered stay as they are") {
  weir::test::allow(120s);
  weir::test::post_office office;
  weir::service service("letters-test");
  SUBCASE("in transactions") { service.on<store_alone>(policy()); }
  SUBCASE("in a group commit") { service.on<store_together>(policy()); }
  service.scheduled<note_tick>(weir::schedule("every-second").every(1s));
  offset = 0s;

  office.play(service, set_the_clock, std::make_unique<misled_driver>());
}

TEST_CASE("a latency below zero, of a clock that was set back, counts as none") {
  weir::detail::consumer_statistics seen("LETTERS", "clock");
  seen.latency.record(-1h);
  seen.latency.record(-1ns);
  CHECK(seen.latency.quantile(0.5) >= 0ns);
  CHECK(seen.latency.quantile(0.5) < 1ms);
  CHECK(seen.latency.quantile(1) < 1ms);
}

TEST_SUITE_END();
