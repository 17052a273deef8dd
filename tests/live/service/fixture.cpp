// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <csignal>

#include <algorithm>

#include "running_service.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr auto settled_limit = 50s;     // for a service that hangs
constexpr auto settled_interval = 5ms;  // between two looks at the consumer
constexpr auto duplicate_window = 100ms;

// A service checks the statements of the whole program, so the tables of all tests are there.
constexpr auto make_tables = stmt<
    "do $$ begin "
    "create table letters (id bigint primary key check (id >= 0), attempt bigint not null); "
    "create table ticks (due timestamptz primary key); "
    "create table remarks (text text not null, "
    "letter bigint references letters deferrable initially deferred); end $$">;
constexpr auto read_table = stmt<"select id from letters order by id">;

constexpr auto count_remembered = stmt<"select count(*) from weir_inbox">;
constexpr auto count_unsent = stmt<"select count(*) from weir_outbox">;

task<> publish(nats::jetstream& jetstream, const std::vector<sent_letter>& letters) {
  nats::stream_config stream;
  stream.name = Letters::name;
  stream.subjects = {"letters.>"};
  // The shortest that a server takes, so that the same id can be stored twice.
  stream.duplicate_window = duplicate_window;
  co_await jetstream.ensure_stream(stream);
  const nats::subject to(bind<Letter>::subject);
  for (const auto& one : letters) {
    nats::publish_options how;
    how.msg_id = one.id;
    how.headers = &one.headers;
    // Until the stream has forgotten the id of the letter before.
    while ((co_await jetstream.publish(to, one.body, how)).duplicate) {
      co_await sleep(duplicate_window);
    }
  }
}

task<> settled(nats::jetstream& jetstream, const std::string& consumer, std::uint64_t last) {
  for (;;) {
    const auto now = co_await jetstream.consumer_info("LETTERS", consumer).as_result();
    if (now.has_value() && now->ack_floor_stream_sequence >= last && now->pending == 0 &&
        now->ack_pending == 0) {
      co_return;
    }
    co_await sleep(settled_interval);
  }
}

task<> all_settled(nats::jetstream& jetstream, const service& by, std::uint64_t last) {
  for (const auto& one : by.registrations()) {
    co_await settled(jetstream, one.policy.name(), last);
  }
}

task<> look_at_streams(nats::jetstream& jetstream, aftermath& found) {
  const auto letters = co_await jetstream.stream_info("LETTERS");
  for (auto at = letters.first_sequence; at <= letters.last_sequence; ++at) {
    const auto stored = co_await jetstream.get_message("LETTERS", at);
    if (stored.subject != bind<Reply>::subject) continue;
    found.answered.push_back(json::decode<Reply>(stored.payload).value().id);
  }
  found.in_order = found.answered;
  std::sort(found.answered.begin(), found.answered.end());

  const auto dead = co_await jetstream.stream_info("DLQ_LETTERS");
  for (auto at = dead.first_sequence; dead.messages > 0 && at <= dead.last_sequence; ++at) {
    const auto stored = co_await jetstream.get_message("DLQ_LETTERS", at);
    const auto header = [&stored](std::string_view name) {
      for (const auto& [key, value] : stored.headers) {
        if (key == name) return value;
      }
      return std::string("(no header)");
    };
    found.dead.push_back({stored.payload, header("Weir-Cause"), header("Weir-Attempts"),
                          header("Weir-Stream-Sequence")});
  }
}

bool uses_database(const service& which) {
  return std::ranges::any_of(which.registrations(), [](const service::registration& one) {
    return one.entry.kind != handler_kind::plain;
  });
}

task<> run_quietly(const service& which, const service_settings& settings) {
  co_await detail::run_service(which, settings);
}

task<> play_beside(const service& one, const office_story& story, office_floor on) {
  shift beside(one, on);
  std::exception_ptr failure;
  try {
    co_await story(on);
    co_await beside.end();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await beside.close();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

post_office::post_office() {
  nats_.start();
  postgres_.start();
  settings_ = {.nats = {.url = nats_.url()},
               .postgres = {.url = postgres_.conninfo(), .connections = 4}};
}

aftermath post_office::deliver(const service& to, const std::vector<std::string>& bodies) {
  std::vector<sent_letter> letters;
  for (const auto& body : bodies) letters.push_back({body});
  return deliver(to, letters);
}

aftermath post_office::deliver(const service& to, const std::vector<sent_letter>& letters,
                               const preparation& before) {
  loop home;
  return home.run(run(to, letters, before));
}

task<aftermath> post_office::run(const service& to, const std::vector<sent_letter>& letters,
                                 const preparation& before) {
  nats::connection_options options;
  options.url = settings_.nats.url;
  nats::connection link(options);
  nats::jetstream jetstream(link);
  postgres::pool_options to_database;
  to_database.conninfo = settings_.postgres.url;
  postgres::pool database(to_database);
  aftermath found;
  std::exception_ptr failure;
  scope running;
  try {
    co_await database.exec(make_tables);
    co_await publish(jetstream, letters);
    if (before) co_await before(jetstream, database);
    running.spawn(run_quietly(to, settings_));
    co_await with_timeout(settled_limit, all_settled(jetstream, to, letters.size()));
    pthread_kill(pthread_self(), SIGTERM);  // The service reads it from its descriptor.
    co_await running.join();
    const auto rows = co_await database.query<std::int64_t>(read_table);
    for (const std::int64_t id : rows) found.stored.push_back(id);
    co_await look_at_streams(jetstream, found);
    if (uses_database(to)) {
      found.remembered = co_await database.one<std::int64_t>(count_remembered);
      found.unsent = co_await database.one<std::int64_t>(count_unsent);
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await running.close();
  co_await database.close();
  co_await link.close();
  if (failure) std::rethrow_exception(failure);
  co_return found;
}

shift::shift(const service& one, const office_floor& on) {
  running_.spawn(run_quietly(one, on.settings));
}

task<> shift::end() {
  pthread_kill(pthread_self(), SIGTERM);  // The service reads it from its descriptor.
  co_await running_.join();
}

void post_office::play(const service& beside, const office_story& story,
                       std::unique_ptr<driver> with) {
  // Not a coroutine itself, so what it captures lives as long as this call.
  tell([&](office_floor on) { return play_beside(beside, story, on); }, std::move(with));
}

void post_office::tell(const office_story& story, std::unique_ptr<driver> with) {
  if (with == nullptr) with = make_driver(driver_choice::automatic, nullptr);
  loop home(std::move(with));
  home.run(run_story(story));
}

task<> post_office::run_story(const office_story& story) {
  nats::connection_options options;
  options.url = settings_.nats.url;
  nats::connection link(options);
  nats::jetstream jetstream(link);
  postgres::pool_options to_database;
  to_database.conninfo = settings_.postgres.url;
  postgres::pool database(to_database);
  std::exception_ptr failure;
  try {
    co_await database.exec(make_tables);
    co_await publish(jetstream, {});
    co_await with_timeout(
        settled_limit, story(office_floor{link, jetstream, database, nats_, postgres_, settings_}));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await database.close();
  co_await link.close();
  if (failure) std::rethrow_exception(failure);
}

std::string letter(std::int64_t id, std::string wish) {
  return json::encode(Letter{id, std::move(wish)});
}

}  // namespace weir::test
