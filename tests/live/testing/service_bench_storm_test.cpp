// SPDX-License-Identifier: Apache-2.0
// Many faults in a random order, hours of them: effects are there once all the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "parcel_handlers.hpp"
#include "seed.hpp"
#include "weir/detail/split_mix.hpp"

TEST_SUITE_BEGIN("testing.service_storm");

namespace {

constexpr auto read_ids = weir::stmt<"select id from parcels order by id">;

// While the service works, since a task of the test's runs beside it.
constexpr auto end_others = weir::stmt<
    "select count(pg_terminate_backend(pid)) from pg_stat_activity "
    "where datname = current_database() and pid <> pg_backend_pid()">;

constexpr int rounds = 60;
constexpr std::int64_t parcels_a_round = 3;

class storm {
 public:
  storm(weir::test::service& over, std::uint64_t seed) noexcept : over_(over), random_(seed) {}

  void run() {
    for (int round = 0; round < rounds; ++round) {
      for (std::int64_t count = 0; count < parcels_a_round; ++count) {
        over_.deliver(Parcel{++sent_, std::string(1, "abcd"[below(4)])});
      }
      hurt();
      over_.advance(below(20'000) * 1ms);
    }
    over_.nats().start();
    over_.advance(2h);
  }

  std::int64_t sent() const noexcept { return sent_; }

 private:
  std::uint64_t below(std::uint64_t limit) noexcept { return random_.next() % limit; }

  void hurt() {
    switch (below(9)) {
      case 0:
        return over_.nats().lose_acks(1 + below(3));
      case 1:
        return over_.nats().lose_confirmations(1 + below(3));
      case 2:
        return over_.nats().disconnect_all();
      case 3:
        return over_.nats().change_leader();
      case 4:
        story.failures = static_cast<int>(1 + below(5));
        return;
      case 5:
        over_.nats().stop();
        over_.advance(below(20) * 1s);
        return over_.nats().start();
      case 6:
        return over_.restart();
      case 7:
        over_.query<std::int64_t>(end_others);
        return;
      default:
        return;
    }
  }

  weir::test::service& over_;
  weir::detail::split_mix random_;
  std::int64_t sent_ = 0;
};

/// How often each parcel is there.
std::map<std::int64_t, int> counted(const ids& found) {
  std::map<std::int64_t, int> times;
  for (const auto id : found) ++times[id];
  return times;
}

}  // namespace

TEST_CASE("whatever fails, each parcel is stored once and has one receipt") {
  const std::uint64_t seed = weir::test::seed();
  auto calm = weir::durable("parcels").workers(4).retry(1000, weir::fixed(1s)).ack_wait(5s);
  weir::service app("parcels-test");
  SUBCASE("in a transaction of its own") { app = with<one_by_one>(calm); }
  SUBCASE("in a group commit") { app = with<together>(calm); }
  SUBCASE("in batches") { app = with<in_batches>(calm); }
  SUBCASE("in the order of a key") { app = with<together>(calm.ordered_by<&Parcel::shelf>()); }
  weir::test::service bench(app, {.seed = seed});
  storm over(bench, seed);
  over.run();

  CHECK(bench.unsettled() == 0);
  const auto stored = counted(bench.query<std::int64_t>(read_ids));
  const auto answered = counted(receipts(bench));
  CHECK(stored.size() == static_cast<std::size_t>(over.sent()));
  CHECK(answered.size() == static_cast<std::size_t>(over.sent()));
  for (const auto& [id, times] : stored) CHECK_MESSAGE(times == 1, "parcel ", id);
  for (const auto& [id, times] : answered) CHECK_MESSAGE(times == 1, "receipt of ", id);
}

TEST_SUITE_END();
