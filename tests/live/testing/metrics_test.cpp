// SPDX-License-Identifier: Apache-2.0
// What a service exports as metrics is what happened.
#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

#include "../../unit/observe/lines.hpp"
#include "parcel_handlers.hpp"

TEST_SUITE_BEGIN("testing.metrics");

namespace {

/// The value of a series of this consumer: counts are the process's, so each case has its own.
struct consumer_lines {
  std::string consumer;

  std::string of(const std::string& name, const std::string& labels) const {
    return weir::test::value_of(name + '{' + labels + '}', weir::metrics_registry::global());
  }
  std::string messages(const std::string& what) const { return own("weir_messages_" + what); }
  std::string own(const std::string& name) const {
    return of(name, "stream=\"PARCELS\",consumer=\"" + consumer + '"');
  }
  std::string handler(const std::string& name) const {
    return of(name, "handler=\"" + consumer + '"');
  }
  /// How many tries have ended so.
  std::string tries(const std::string& outcome) const {
    return of("weir_handler_duration_seconds_count",
              "handler=\"" + consumer + "\",outcome=\"" + outcome + '"');
  }
  std::string dependency(const std::string& name) const {
    return of(name, "dependency=\"" + consumer + '"');
  }
};

weir::durable named(const consumer_lines& lines) {
  return weir::durable(lines.consumer)
      .workers(4)
      .retry(3, weir::exponential(1s, 10s))
      .ack_wait(30s)
      .dead_letter("dlq." + lines.consumer);
}

}  // namespace

TEST_CASE("all series of a service are there before anything has come, and are 0") {
  const consumer_lines lines{"at-first"};
  weir::test::service bench(with<one_by_one>(named(lines)));
  for (const char* name :
       {"fetched_total", "acked_total", "nacked_total", "terminated_total", "in_progress_total",
        "redelivered_total", "dead_lettered_total", "duplicate_total", "outdated_total",
        "expired_total", "invalid_total", "discarded_total"}) {
    CAPTURE(name);
    CHECK(lines.messages(name) == "0");
  }
  for (const char* outcome : {"success", "failure", "outage", "skipped"}) {
    CHECK(lines.tries(outcome) == "0");
  }
  CHECK(lines.own("weir_message_age_seconds_count") == "0");
  CHECK(lines.own("weir_consumer_pending") == "0");
  CHECK(lines.own("weir_consumer_ack_pending") == "0");
  CHECK(lines.handler("weir_handler_inflight") == "0");
  CHECK(lines.handler("weir_handler_inflight_limit") == "4");
  CHECK(lines.handler("weir_events_published_total") == "0");
  CHECK(lines.dependency("weir_retry_total") == "0");
  CHECK(lines.of("weir_dead_letters", "subject=\"dlq.at-first\"") == "0");
  CHECK(lines.of("weir_outbox_pending", "table=\"weir_outbox\"") == "0");
  CHECK(lines.of("weir_build_info", "service=\"parcels-test\",version=\"0.1.0\"") == "1");
}

TEST_CASE("what becomes of messages is counted, in each form of a handler") {
  consumer_lines lines;
  weir::service app("parcels-test");
  SUBCASE("in a transaction of its own") {
    lines = {"counted-alone"};
    app = with<one_by_one>(named(lines));
  }
  SUBCASE("in a group commit") {
    lines = {"counted-together"};
    app = with<together>(named(lines));
  }
  SUBCASE("in batches") {
    lines = {"counted-in-batches"};
    app = with<in_batches>(named(lines));
  }
  SUBCASE("without a database") {
    lines = {"counted-without"};
    app = with<without_database>(named(lines));
  }
  weir::test::service bench(app);
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  bench.deliver_raw("parcels.sent", "no parcel");
  bench.run_until_idle();
  story.failures = 3;  // All attempts of the next one.
  bench.deliver(Parcel{2, "b"});
  bench.advance(1h);
  bench.deliver(Parcel{3, "c"});
  bench.run_until_idle();

  CHECK(lines.messages("fetched_total") == "6");
  CHECK(lines.messages("redelivered_total") == "2");
  CHECK(lines.messages("acked_total") == "2");
  CHECK(lines.messages("nacked_total") == "2");
  CHECK(lines.messages("invalid_total") == "1");
  CHECK(lines.messages("dead_lettered_total") == "2");
  CHECK(lines.messages("terminated_total") == "2");
  CHECK(lines.messages("duplicate_total") == "0");
  CHECK(lines.tries("success") == "2");
  CHECK(lines.tries("failure") == "3");
  CHECK(lines.tries("outage") == "0");
  CHECK(lines.own("weir_message_age_seconds_count") == "5");  // Of each delivery that was tried.
  CHECK(lines.handler("weir_events_published_total") == "2");
  CHECK(lines.dependency("weir_retry_total") == "2");
  CHECK(lines.handler("weir_handler_inflight") == "0");
}

TEST_CASE("a message that comes again since its acknowledgement was lost is a duplicate") {
  const consumer_lines lines{"again"};
  weir::test::service bench(with<one_by_one>(named(lines)));
  bench.nats().lose_acks(1);
  bench.deliver(Parcel{1, "a"});
  bench.advance(31s);
  CHECK(lines.messages("fetched_total") == "2");
  CHECK(lines.messages("redelivered_total") == "1");
  CHECK(lines.messages("duplicate_total") == "1");
  CHECK(lines.messages("acked_total") == "2");
  CHECK(lines.tries("success") == "1");
  CHECK(lines.tries("skipped") == "1");
}

TEST_CASE("the lag of a consumer that takes nothing is seen with the next look but one") {
  const consumer_lines lines{"behind"};
  const weir::in_flight_limit in_flight(4);
  weir::test::service bench(with<one_by_one>(named(lines).in_flight(in_flight)));
  in_flight.set(0);
  bench.run_until_idle();
  for (std::int64_t id = 1; id <= 20; ++id) bench.deliver(Parcel{id, "a"});
  bench.run_until_idle();
  CHECK(lines.handler("weir_handler_inflight_limit") == "0");
  bench.run_until_idle();
  const auto behind = std::stoi(lines.own("weir_consumer_pending")) +
                      std::stoi(lines.own("weir_consumer_ack_pending"));
  CHECK(behind == 20);

  in_flight.set(4);
  bench.run_until_idle();
  CHECK(lines.own("weir_consumer_pending") == "0");
  bench.run_until_idle();
  CHECK(lines.own("weir_consumer_ack_pending") == "0");
}

TEST_CASE("dead letters that were stored are counted where they are, for each subject once") {
  const consumer_lines lines{"letters"};
  weir::test::service bench(with<one_by_one>(named(lines)));
  const auto stored = [&lines] { return lines.of("weir_dead_letters", "subject=\"dlq.letters\""); };
  for (int count = 0; count < 3; ++count) bench.deliver_raw("parcels.sent", "no parcel");
  bench.run_until_idle();
  CHECK(stored() == "0");  // That somebody looks has it looked at.
  bench.run_until_idle();
  CHECK(stored() == "3");
}

TEST_CASE("events that no stream takes are seen waiting in the outbox, and how long") {
  const consumer_lines lines{"waiting"};
  weir::test::service bench(with<one_by_one>(named(lines)));
  const auto of_outbox = [&lines](const std::string& name) {
    return std::stod(lines.of(name, "table=\"weir_outbox\""));
  };
  bench.exec(weir::stmt<"insert into weir_outbox (id, key, subject, message_id, body, created_at) "
                        "values (1, '', 'nobody.takes.it', 'x', '{}', now() - interval '1 min')">);
  CHECK(of_outbox("weir_outbox_pending") == 0);
  bench.run_until_idle();
  CHECK(of_outbox("weir_outbox_pending") == 1);
  CHECK(of_outbox("weir_outbox_lag_seconds") >= 60);
}

TEST_CASE("a breaker tells of its state and of its changes") {
  const consumer_lines lines{"broken"};
  weir::test::service bench(
      with<one_by_one>(named(lines)
                           .retry(9, weir::fixed(1s))
                           .breaker({.consecutive_failures = 2, .open_for = weir::fixed(1min)})));
  CHECK(lines.dependency("weir_circuit_state") == "0");
  CHECK(lines.dependency("weir_circuit_transitions_total") == "0");
  story.failures = 2;
  bench.deliver(Parcel{1, "a"});
  bench.advance(10s);
  CHECK(lines.dependency("weir_circuit_state") == "1");
  CHECK(lines.dependency("weir_circuit_transitions_total") == "1");
  bench.advance(2min);
  CHECK(lines.dependency("weir_circuit_state") == "0");
  CHECK(lines.dependency("weir_circuit_transitions_total") == "3");
  CHECK(lines.messages("acked_total") == "1");
}

TEST_CASE("statements are timed by their names, and so are waits for a connection") {
  const consumer_lines lines{"timed"};
  weir::test::service bench(with<one_by_one>(named(lines)));
  const auto count = [&lines](const std::string& statement) {
    return std::stoi(
        lines.of("weir_postgres_query_duration_seconds_count", "statement=\"" + statement + '"'));
  };
  const auto waits = [] {
    return std::stoi(weir::test::value_of("weir_postgres_pool_wait_seconds_count",
                                          weir::metrics_registry::global()));
  };
  CHECK(count("weir_outbox_read") >= 0);  // Used or not, it is there.
  const int commits = count("commit");
  const int unnamed = count("unnamed");
  const int before = waits();
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  CHECK(count("commit") > commits);
  CHECK(count("unnamed") > unnamed);
  CHECK(waits() > before);
}

namespace {

bool may_close = false;

weir::task<> close_night(weir::tx& db, const weir::tick& now) {
  co_await db.exec(weir::stmt<"insert into nights (due) values ($1)">, now.due);
  if (!std::exchange(may_close, true)) throw std::runtime_error("not yet");
}

}  // namespace

TEST_CASE("the ticks of a schedule are timed as the messages of a handler are") {
  const consumer_lines lines{"night-shift"};
  may_close = false;
  weir::service app("parcels-test");
  app.migrations(BENCH_MIGRATIONS)
      .scheduled<close_night>(weir::schedule(lines.consumer).at(weir::cron("0 3 * * *")));
  weir::test::service bench(app);
  CHECK(lines.tries("success") == "0");
  CHECK(lines.tries("failure") == "0");
  bench.advance(4h);
  CHECK(bench.rows("nights") == 1);
  CHECK(lines.tries("success") == "1");
  CHECK(lines.tries("failure") == "1");
}

TEST_CASE("what was counted stays when the service starts anew") {
  const consumer_lines lines{"anew"};
  weir::test::service bench(with<one_by_one>(named(lines)));
  bench.deliver(Parcel{1, "a"});
  bench.run_until_idle();
  bench.restart();
  CHECK(lines.messages("acked_total") == "1");
  bench.deliver(Parcel{2, "a"});
  bench.run_until_idle();
  CHECK(lines.messages("acked_total") == "2");
  bench.drain();
  CHECK(lines.messages("acked_total") == "2");
  CHECK(lines.handler("weir_handler_inflight_limit") == "0");  // Nobody is there to handle.
}

TEST_SUITE_END();
