// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "weir/event/bind.hpp"
#include "weir/event/json.hpp"
#include "weir/nats/headers.hpp"
#include "weir/nats/model.hpp"
#include "weir/nats/stored_message.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/service/service.hpp"
#include "weir/timestamp.hpp"

namespace weir::test {

class service_bench;

/// What a bench is made from.
struct service_options {
  /// From which everything random comes: jitter, and what the model of NATS draws.
  std::uint64_t seed = 1;
  /// The time of day at the beginning: a Saturday, at midnight UTC.
  timestamp start = timestamp(std::chrono::sys_days(std::chrono::year(2000) / 1 / 1));
  /// How long anything may be under way, in real time, before it counts as hung.
  duration patience = std::chrono::seconds(30);
  /// What stands in its config.toml, which may be nothing: "[shop]\nitems_max = 3\n". The files
  /// and the environment of the machine are not read.
  std::string config = {};
};

/// How a message is delivered, beside its subject and its body.
struct delivery_options {
  /// Its `Nats-Msg-Id`; empty for none.
  std::string msg_id = {};
  nats::headers headers = {};
};

/// A service under test, in this process: the very object that main() runs, on a model of NATS
/// JetStream, a PostgreSQL of its own, and a clock that the test moves.
///
///     weir::test::service shop(make_service());
///     shop.deliver(OrderCreated{...});
///     shop.run_until_idle();
///     CHECK(shop.published<OrderProcessed>().size() == 1);
///     CHECK(shop.rows("orders") == 1);
///
/// The service runs while the test waits in one of these functions, which block, and stands still
/// between them; the test itself is no coroutine. Time stands still, too, however long PostgreSQL
/// takes to answer; it goes on by advance() alone, from one thing that falls due to the next. So
/// hours of back-off pass at once. Times and random choices are the same in each run; which of
/// several sessions PostgreSQL answers first may differ, as it may anywhere.
///
/// PostgreSQL is a real server, which the first bench of the program that needs one starts (about
/// a second), and which ends with the program. Each bench has a database of its own, dropped at
/// its end, with the migrations of the service. now() and its kin (clock_timestamp() and so on)
/// give the bench's time there; CURRENT_TIMESTAMP and the other keywords of SQL do not. A service
/// without a database has none here either.
///
/// The model has a stream for each event that the program publishes or handles. What the service
/// does beside its handlers takes its time there, too: the rows of events that were sent are
/// deleted after some milliseconds of it. A program has one bench at a time, and no loop beside it.
/// No signal is caught. Log lines go to standard error, as always.
///
/// What hangs is an error (`errc::deadlock`) with the tasks and the places at which they wait: see
/// service_options::patience. A handler that neither ends nor waits cannot be stopped, and ends
/// with the test program's own time limit.
class service {
 public:
  /// Starts it, and gives control back when it handles messages. Throws what ends its start: a
  /// broken migration, a statement that the database cannot run; and std::runtime_error where
  /// PostgreSQL cannot be started.
  explicit service(weir::service under_test, const service_options& options = {});
  /// Drains it. Where even that hangs, it prints the tasks and ends the program.
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// Stores the event in its stream, as a publisher does; gives its sequence there. It is handled
  /// by what comes after: run_until_idle() or advance(). An id that the stream has seen within its
  /// duplicate window (two minutes) is not stored again, and the sequence is that of the first.
  /// Throws `not_found` where no stream takes the subject, `limit_exceeded` where the stream
  /// refuses the message.
  template <bound_event Event>
  std::uint64_t deliver(const Event& event, const delivery_options& with = {}) {
    return deliver_raw(bind<Event>::subject, json::encode(event), with);
  }
  /// The same for any body, which may be no event at all.
  std::uint64_t deliver_raw(std::string_view subject, std::string_view body,
                            const delivery_options& with = {});

  /// Lets the service do all that it can do now. Afterwards nothing is ready, nothing is asked of
  /// PostgreSQL and no delivery is due: what is left waits for time to pass, see advance().
  void run_until_idle();
  /// Lets so much time pass, and all happen that falls due meanwhile, in its order.
  void advance(duration time);
  /// The time of day there.
  timestamp now() const;

  /// The events on the subject of `Event` that the service has published, in their order. What the
  /// test has delivered is not among them. Throws poison for one that is no such event.
  template <bound_event Event>
  std::vector<Event> published() const {
    std::vector<Event> events;
    for (const auto& one : published_raw(bind<Event>::subject)) {
      events.push_back(json::decode<Event>(one.payload).value());
    }
    return events;
  }
  /// The same as messages, with their headers.
  std::vector<nats::stored_message> published_raw(std::string_view subject) const;

  /// A message that was given up.
  struct dead_letter {
    std::string subject;  ///< Of the message, as is the rest up to `id`.
    std::string stream;
    std::uint64_t sequence;
    std::string body;  ///< Cut where the whole was too large for a letter.
    std::string id;
    std::string consumer;     ///< Who gave it up.
    std::string cause;        ///< The text of the last error.
    std::string code;         ///< "weir:3", "postgresql:23505".
    std::string disposition;  ///< "retry", "permanent" or "poison".
    std::uint64_t attempts;
  };
  /// The letters in the dead-letter subjects of the service's handlers, in their order there. What
  /// is given up by a handler without one leaves none.
  std::vector<dead_letter> dead_letters() const;
  /// How many messages of the service's consumers are not settled: they wait in the stream, run,
  /// or are to be delivered again.
  std::uint64_t unsettled() const;

  /// How many rows a table has.
  std::int64_t rows(std::string_view table);
  /// All rows of a query, as postgres::pool::query() gives them.
  template <class Row, class Statement, class... Arguments>
  std::vector<Row> query(Statement statement, const Arguments&... arguments) {
    return run(database().template query<Row>(statement, arguments...));
  }
  /// Runs a statement; gives how many rows it changed.
  template <class Statement, class... Arguments>
  std::uint64_t exec(Statement statement, const Arguments&... arguments) {
    return run(database().exec(statement, arguments...));
  }
  /// The test's own connections to the database. Throws `invalid_argument` where the service has
  /// none. Its tasks are run by run().
  postgres::pool& database();

  /// Runs a task beside the service, at the present time, until it has ended; gives its value.
  template <class T>
  T run(task<T> work) {
    if constexpr (std::is_void_v<T>) {
      run_to_end(std::move(work));
    } else {
      // Shared, since a task that hangs outlives this call.
      const auto value = std::make_shared<std::optional<T>>();
      run_to_end(keep(std::move(work), value));
      return std::move(**value);
    }
  }

  /// The model of NATS, with its faults: `shop.nats().lose_acks(1)`.
  nats::model_server& nats() noexcept;
  /// Drains the service, as SIGTERM does, in as much time as it takes. Nothing where it is drained.
  void drain();
  /// Drains it, if it runs, and starts it anew on what its streams and tables hold.
  void restart();

  /// What the live tasks wait for, as a tree, for the text of a failing check.
  std::string tasks() const;

 private:
  template <class T>
  static task<> keep(task<T> work, std::shared_ptr<std::optional<T>> value) {
    value->emplace(co_await std::move(work));
  }
  void run_to_end(task<> work);

  std::unique_ptr<service_bench> bench_;
};

}  // namespace weir::test
