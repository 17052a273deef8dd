// SPDX-License-Identifier: Apache-2.0
// What the server gives up behind the service's back becomes a dead letter all the same.
#include <doctest/doctest.h>

#include <map>

#include "fixture.hpp"
#include "running_service.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/sleep.hpp"
#include "weir/when_all.hpp"

TEST_SUITE_BEGIN("service.given_up");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::post_office;

namespace {

constexpr auto store = weir::stmt<"insert into letters (id, attempt) values ($1, $2)">;
constexpr auto poll_interval = 5ms;

weir::durable policy() {
  return weir::durable("letters")
      .workers(2)
      .retry(5, weir::fixed(1ms))
      .deadline(50ms)
      .dead_letter("dlq.letters");
}

weir::task<> grant(Letter letter, weir::tx& db) {
  if (letter.wish == "fail") throw std::runtime_error("always");
  co_await db.exec(store, letter.id, std::int64_t{1});
}

weir::task<> grant_plainly(Letter) { co_return; }

/// What the server says when it gives up a message.
weir::task<> tell_of_end(weir::nats::jetstream on, std::uint64_t sequence, std::string time) {
  const weir::nats::subject to("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.LETTERS.letters");
  const std::string told =
      R"({"type":"io.nats.jetstream.advisory.v1.max_deliver","id":"made-up","timestamp":")" + time +
      R"(","stream":"LETTERS","consumer":"letters","stream_seq":)" + std::to_string(sequence) +
      R"(,"deliveries":3})";
  co_await on.publish(to, told);
}

using letters_by_id = std::map<std::string, weir::nats::stored_message>;

/// A user's connection to the servers of an office.
class desk {
 public:
  using work = std::function<weir::task<>(desk&)>;

  static void open(const work& what) {
    post_office office;
    weir::loop home;
    home.run(run(office, what));
  }

  weir::nats::jetstream js() { return weir::nats::jetstream(link_); }

  weir::task<> set_up() {
    weir::nats::stream_config stream;
    stream.name = "LETTERS";
    stream.subjects = {"letters.>"};
    co_await js().ensure_stream(stream);
    co_await database_.exec(
        weir::stmt<"create table letters (id bigint primary key, attempt bigint not null)">);
  }

  /// Runs the service until it has nothing left to do.
  weir::task<> serve(const weir::service& which) {
    co_await weir::detail::run_service(which, settings_, weir::detail::run_until::backlog_done);
  }

  weir::task<> send(std::string body) {
    const weir::nats::subject to(weir::bind<Letter>::subject);
    const weir::nats::headers headers{{"traceparent", "00-4bf9-01"}};
    weir::nats::publish_options how;
    how.headers = &headers;
    co_await js().publish(to, body, how);
  }

  weir::task<> give_up(std::uint64_t sequence) {
    return tell_of_end(js(), sequence, "2099-01-01T00:00:00Z");
  }

  weir::task<letters_by_id> dead() {
    letters_by_id found;
    const auto stream = co_await js().stream_info("DLQ_LETTERS");
    for (auto at = stream.first_sequence; stream.messages > 0 && at <= stream.last_sequence; ++at) {
      auto one = co_await js().get_message("DLQ_LETTERS", at);
      const std::string id(one.header("Nats-Msg-Id").value_or(""));
      const bool is_new = found.emplace(id, std::move(one)).second;
      CHECK(is_new);
    }
    co_return found;
  }

 private:
  explicit desk(const weir::service_settings& settings)
      : settings_(settings), link_(to_nats(settings)), database_(to_database(settings)) {}

  static weir::nats::connection_options to_nats(const weir::service_settings& settings) {
    weir::nats::connection_options options;
    options.url = settings.nats.url;
    return options;
  }
  static weir::postgres::pool_options to_database(const weir::service_settings& settings) {
    weir::postgres::pool_options options;
    options.conninfo = settings.postgres.url;
    return options;
  }

  static weir::task<> run(post_office& office, const work& what) {
    desk here(office.settings());
    const auto done = co_await what(here).as_result();
    co_await here.database_.close();
    co_await here.link_.close();
    done.value();
  }

  const weir::service_settings& settings_;
  weir::nats::connection link_;
  weir::postgres::pool database_;
};

weir::service granting(weir::durable with) {
  weir::service made("letters-test");
  made.on<grant>(std::move(with)).without_statement_check();
  return made;
}

/// Sets a limit on the consumer, as somebody might who knows nothing of the service.
weir::task<> limit_deliveries(weir::nats::jetstream on, std::int64_t most) {
  weir::nats::consumer_config edited;
  edited.durable = "letters";
  edited.max_deliver = most;
  co_await on.ensure_consumer("LETTERS", edited);
}

weir::task<> wait_for_consumer(weir::nats::jetstream on, std::string stream, std::string name) {
  for (;;) {
    const auto known = co_await on.consumer_info(stream, name).as_result();
    if (known) co_return;
    co_await weir::sleep(poll_interval);
  }
}

weir::task<> limit_is_set(weir::test::office_floor floor) {
  auto& on = floor.jetstream;
  co_await wait_for_consumer(on, "WEIR_ADVISORIES", "LETTERS=letters");
  co_await wait_for_consumer(on, "LETTERS", "letters");
  co_await limit_deliveries(on, 2);
  const weir::nats::subject to(weir::bind<Letter>::subject);
  const weir::nats::headers headers{{"traceparent", "00-4bf9-01"}};
  weir::nats::publish_options how;
  how.msg_id = "the first";
  how.headers = &headers;
  co_await on.publish(to, letter(1, "fail"), how);
  for (;;) {
    const auto told = co_await on.consumer_info("WEIR_ADVISORIES", "LETTERS=letters");
    if (told.ack_floor_stream_sequence == 1) break;
    co_await weir::sleep(poll_interval);
  }
  const auto dead = co_await on.get_message("DLQ_LETTERS", 1);
  CHECK(dead.payload == letter(1, "fail"));
  CHECK(dead.header("Weir-Cause")
            .value_or("")
            .starts_with("given up by the server after 2 deliveries"));
  CHECK(dead.header("Weir-Error-Code") == "weir:5");
  CHECK(dead.header("Weir-Disposition") == "permanent");
  CHECK(dead.header("Weir-Attempts") == "2");
  CHECK(dead.header("Weir-Subject") == "letters.sent");
  CHECK(dead.header("Weir-Stream") == "LETTERS");
  CHECK(dead.header("Weir-Stream-Sequence") == "1");
  CHECK(dead.header("Weir-Message-Id") == "the first");
  CHECK(dead.header("Weir-Consumer") == "letters");
  CHECK(dead.header("traceparent") == "00-4bf9-01");
  const auto published = weir::parse_rfc3339(dead.header("Weir-Published-At").value_or(""));
  const auto failed = weir::parse_rfc3339(dead.header("Weir-Failed-At").value_or(""));
  REQUIRE(published);
  REQUIRE(failed);
  CHECK(*published < *failed);
  const auto all = co_await on.stream_info("DLQ_LETTERS");
  CHECK(all.messages == 1);
}

struct {
  int attempts = 0;
  bool is_repaired = false;
} seen;

weir::task<> grant_when_repaired(Letter letter, weir::tx& db) {
  ++seen.attempts;
  if (!seen.is_repaired) throw std::runtime_error("not yet");
  co_await db.exec(store, letter.id, std::int64_t{1});
}

/// In its lane the message is tried again and again, and never given back.
weir::task<> is_in_hand(weir::test::office_floor floor) {
  auto& on = floor.jetstream;
  co_await wait_for_consumer(on, "WEIR_ADVISORIES", "LETTERS=letters");
  const weir::nats::subject to(weir::bind<Letter>::subject);
  const std::string body = letter(1, "");
  co_await on.publish(to, body);
  const auto stored = co_await on.get_message("LETTERS", 1);
  // Past the deadline of any attempt that could have run when the server gave up.
  while (seen.attempts == 0 || std::chrono::system_clock::now() < stored.time + 100ms) {
    co_await weir::sleep(poll_interval);
  }
  co_await tell_of_end(on, 1, weir::to_rfc3339(stored.time));
  constexpr std::uint64_t looked_at = 3;
  for (;;) {
    const auto told = co_await on.consumer_info("WEIR_ADVISORIES", "LETTERS=letters");
    if (told.delivered_consumer_sequence >= looked_at) break;
    co_await weir::sleep(poll_interval);
  }
  seen.is_repaired = true;
  for (;;) {
    const auto told = co_await on.consumer_info("WEIR_ADVISORIES", "LETTERS=letters");
    if (told.ack_floor_stream_sequence == 1) break;
    co_await weir::sleep(poll_interval);
  }
  const auto letters = co_await on.stream_info("DLQ_LETTERS");
  CHECK(letters.messages == 0);
  const auto kept =
      co_await floor.database.query<std::int64_t>(weir::stmt<"select id from letters">);
  CHECK(kept == std::vector<std::int64_t>{1});
}

/// While no program runs; and what is given up then has its limit lifted at the next start.
weir::task<> nobody_is_there(desk& at) {
  co_await at.set_up();
  const auto service = granting(policy());
  co_await at.serve(service);
  co_await limit_deliveries(at.js(), 1);
  co_await at.send(letter(1, "arrive"));
  auto other = co_await weir::nats::consumer::open(at.js(), "LETTERS", "letters");
  auto taken = co_await other.next();
  REQUIRE(taken);
  taken->nak();
  const auto again = co_await other.fetch(1, 100ms);
  CHECK(again.messages.empty());

  co_await at.serve(service);

  const auto dead = co_await at.dead();
  REQUIRE(dead.size() == 1);
  CHECK(dead.begin()->first.starts_with("dead:letters:LETTERS:1:"));
  CHECK(dead.begin()->second.header("Weir-Attempts") == "1");
  const auto known = co_await at.js().consumer_info("LETTERS", "letters");
  CHECK(known.max_deliver == -1);
}

/// The id that the service gives a letter is that which the sweep gives it.
weir::task<> is_known_already(desk& at) {
  co_await at.set_up();
  weir::nats::stream_config letters;
  letters.name = "DLQ_LETTERS";
  letters.subjects = {"dlq.letters"};
  letters.duplicate_window = 100ms;
  co_await at.js().ensure_stream(letters);
  const auto service = granting(policy().retry(1, weir::fixed(1ms)));
  co_await at.send(letter(1, "fail"));
  co_await at.serve(service);
  const auto first = co_await at.dead();
  REQUIRE(first.size() == 1);
  // Until the stream of the letters has forgotten their ids.
  const weir::nats::subject to("dlq.letters");
  weir::nats::publish_options how;
  how.msg_id = "probe";
  while ((co_await at.js().publish(to, "probe", how)).sequence < 3) {
    co_await weir::sleep(poll_interval);
  }
  co_await at.give_up(1);

  co_await at.serve(service);

  const auto all = co_await at.js().stream_info("DLQ_LETTERS");
  CHECK(all.last_sequence == 3);  // The letter and two probes.
}

weir::task<> was_handled(desk& at) {
  co_await at.set_up();
  const auto service = granting(policy());
  co_await at.send(letter(1, "arrive"));
  co_await at.serve(service);
  co_await at.give_up(1);
  co_await at.give_up(99);
  const weir::nats::subject to("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.LETTERS.letters");
  co_await at.js().publish(to, "no advisory");

  co_await at.serve(service);

  const auto dead = co_await at.dead();
  CHECK(dead.empty());
}

/// Nobody knows of a handler without an inbox what it has handled.
weir::task<> was_handled_plainly(desk& at) {
  co_await at.set_up();
  weir::service service("letters-test");
  service.on<grant_plainly>(policy());
  co_await at.send(letter(1, "arrive"));
  co_await at.serve(service);
  co_await at.give_up(1);

  co_await at.serve(service);

  const auto dead = co_await at.dead();
  CHECK(dead.size() == 1);
}

weir::task<> many_are_shared(desk& at) {
  co_await at.set_up();
  constexpr std::uint64_t count = 150;
  for (std::uint64_t id = 1; id <= count; ++id) {
    co_await at.send(letter(static_cast<std::int64_t>(id), ""));
  }
  // A consumer that begins behind them: nobody has handled them.
  weir::service service("letters-test");
  service.on<grant_plainly>(policy().deliver(weir::deliver_new()));
  co_await at.serve(service);
  for (std::uint64_t id = 1; id <= count; ++id) co_await at.give_up(id);

  co_await weir::when_all(at.serve(service), at.serve(service));

  const auto dead = co_await at.dead();
  CHECK(dead.size() == count);
}

weir::task<> has_another_stream(desk& at) {
  co_await at.set_up();
  weir::nats::stream_config audit;
  audit.name = "AUDIT";
  audit.subjects = {"$JS.EVENT.ADVISORY.>"};
  co_await at.js().ensure_stream(audit);
  co_await at.send(letter(1, ""));
  const auto service = granting(policy().deliver(weir::deliver_new()));
  co_await at.serve(service);
  co_await at.give_up(1);

  co_await at.serve(service);

  const auto dead = co_await at.dead();
  CHECK(dead.size() == 1);
  const auto own = co_await at.js().stream_info("WEIR_ADVISORIES").as_result();
  CHECK_FALSE(own.has_value());
}

weir::task<> may_not_watch(desk& at) {
  co_await at.set_up();
  weir::nats::stream_config foreign;
  foreign.name = "WEIR_ADVISORIES";
  foreign.subjects = {"something.else"};
  co_await at.js().ensure_stream(foreign);
  co_await at.send(letter(1, "arrive"));
  co_await at.send(letter(2, "fail"));

  co_await at.serve(granting(policy().retry(1, weir::fixed(1ms))));

  const auto dead = co_await at.dead();
  CHECK(dead.size() == 1);
  const auto left = co_await at.js().stream_info("WEIR_ADVISORIES");
  CHECK(left.subjects == std::vector<std::string>{"something.else"});
}

/// One that may do what the service needs, and no more.
weir::servers::nats_server_options narrow(const std::string& denied) {
  return {.configuration = R"(authorization { users: [ { user: worker, password: "secret",
      permissions: { publish: { deny: [")" +
                           denied + R"("] } } } ] }
)"};
}

int handled_plainly = 0;

weir::task<> count_plainly(Letter) {
  ++handled_plainly;
  co_return;
}

weir::task<> serve_one(weir::service_settings settings) {
  weir::nats::connection_options options;
  options.url = settings.nats.url;
  weir::nats::connection link(options);
  weir::nats::jetstream jetstream(link);
  weir::nats::stream_config stream;
  stream.name = "LETTERS";
  stream.subjects = {"letters.>"};
  co_await jetstream.ensure_stream(stream);
  const weir::nats::subject to(weir::bind<Letter>::subject);
  const std::string body = letter(1, "");
  co_await jetstream.publish(to, body);
  co_await link.close();
  weir::service service("letters-test");
  service.on<count_plainly>(policy());
  co_await weir::detail::run_service(service, settings, weir::detail::run_until::backlog_done);
}

}  // namespace

TEST_CASE("a user who may not make the stream, or not look for it, is served all the same") {
  std::string denied;
  SUBCASE("make it") { denied = "$JS.API.STREAM.CREATE.WEIR_ADVISORIES"; }
  SUBCASE("look for it") { denied = "$JS.API.STREAM.NAMES"; }
  SUBCASE("make the consumer") { denied = "$JS.API.CONSUMER.DURABLE.CREATE.WEIR_ADVISORIES.>"; }
  weir::servers::nats_server server(narrow(denied));
  server.start();
  std::string url = server.url();
  url.insert(url.find("//") + 2, "worker:secret@");
  handled_plainly = 0;
  weir::loop home;

  home.run(serve_one({.nats = {.url = url}, .postgres = {.url = {}, .connections = 1}}));

  CHECK(handled_plainly == 1);
}

TEST_CASE("a message that the server gives up while the service runs becomes a letter") {
  post_office office;
  office.play(granting(policy()), limit_is_set);
}

TEST_CASE("what is still in hand waits for its end, and gets no letter when it is handled") {
  seen = {};
  post_office office;
  weir::service service("letters-test");
  service.on<grant_when_repaired>(
      policy().ordered_by<&Letter::id>().retry(100'000, weir::fixed(5ms)));
  office.play(service, is_in_hand);
}

TEST_CASE("one that it gave up while no program ran does, too, and the limit is lifted") {
  desk::open(nobody_is_there);
}

TEST_CASE("there is one letter of a message, however long ago it was stored") {
  desk::open(is_known_already);
}

TEST_CASE("no letter is stored of what was handled, is gone, or is no advisory") {
  desk::open(was_handled);
}

TEST_CASE("a handler without an inbox gets a letter of what it has handled") {
  desk::open(was_handled_plainly);
}

TEST_CASE("programs share what was given up, and store each letter once") {
  desk::open(many_are_shared);
}

TEST_CASE("a stream that takes the advisories already is used") { desk::open(has_another_stream); }

TEST_CASE("where nothing can be watched the service does its work") { desk::open(may_not_watch); }

TEST_SUITE_END();
