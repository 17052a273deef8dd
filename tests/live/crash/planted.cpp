// SPDX-License-Identifier: Apache-2.0
#include "planted.hpp"

#include <charconv>
#include <map>
#include <set>

#include "weir/nats/connection.hpp"
#include "weir/nats/consumer.hpp"
#include "weir/timeout.hpp"
#include "weir/uuid.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr auto make_tables = stmt<
    "do $$ begin create table balance (total bigint not null); insert into balance values (0); "
    "create table inbox (id bigint primary key); "
    "create table outbox (number bigint generated always as identity, event text not null); "
    "end $$">;
constexpr auto enter = stmt<"insert into inbox (id) values ($1)">;
constexpr auto is_entered = stmt<"select count(*) from inbox where id = $1">;
constexpr auto book = stmt<"update balance set total = total + $1">;
constexpr auto store_event = stmt<"insert into outbox (event) values ($1)">;
constexpr auto read_events = stmt<"select event from outbox order by number">;
constexpr auto delete_event = stmt<"delete from outbox where event = $1">;
constexpr auto read_total = stmt<"select total from balance">;

const std::string stream_name = "BOOKS";

/// The program; its life is that of its process.
class books {
 public:
  books(const service_settings& servers, mistake made)
      : link_(to(servers)), jetstream_(link_), database_(pool_to(servers)), made_(made) {}

  task<> run() {
    co_await send_what_is_left();
    auto messages = co_await nats::consumer::open(jetstream_, stream_name, "books");
    while (!co_await is_done()) {
      auto next = co_await messages.next(20ms);
      if (next) co_await handle(*next);
    }
    // A commit that its program did not live to see may have come after the first look.
    co_await send_what_is_left();
  }

  task<> close() {
    co_await database_.close();
    co_await link_.close();
  }

 private:
  static nats::connection_options to(const service_settings& servers) {
    nats::connection_options options;
    options.url = servers.nats.url;
    return options;
  }
  static postgres::pool_options pool_to(const service_settings& servers) {
    postgres::pool_options options;
    options.conninfo = servers.postgres.url;
    return options;
  }

  bool is(mistake which) const { return made_ == which; }

  task<bool> is_done() {
    const auto now = co_await jetstream_.consumer_info(stream_name, "books");
    co_return now.pending == 0 && now.ack_pending == 0;
  }

  task<> handle(nats::delivery& message) {
    std::int64_t amount = 0;
    const std::string_view body = message.payload();
    if (std::from_chars(body.data(), body.data() + body.size(), amount).ec != std::errc()) {
      co_return co_await give_up(message);
    }
    if (is(mistake::ack_first)) message.ack();
    const auto handled = co_await book_once(message, amount).as_result();
    if (message.is_finished()) co_return;
    if (handled || is(mistake::errors_are_acknowledged)) {
      message.ack();
    } else {
      message.nak(10ms);
    }
    if (is(mistake::publish_after_ack)) co_await send(events_of(message));
  }

  task<> give_up(nats::delivery& message) {
    if (is(mistake::term_before_dead_letter)) {
      message.term();
      co_await link_.flush();
    }
    nats::publish_options how;
    const std::string id = "dead:" + std::to_string(message.info().stream_sequence);
    how.msg_id = id;
    co_await jetstream_.publish(nats::subject("dead.books"), message.payload(), how);
    if (!message.is_finished()) message.term();
  }

  static std::vector<std::string> events_of(const nats::delivery& message) {
    const std::string number = std::to_string(message.info().stream_sequence);
    return {number + "a", number + "b"};
  }

  task<> book_once(nats::delivery& message, std::int64_t amount) {
    const auto id = static_cast<std::int64_t>(message.info().stream_sequence);
    if (is(mistake::inbox_in_memory)) {
      if (!known_.insert(id).second) co_return;
    } else if (!is(mistake::no_inbox)) {
      if (co_await database_.one<std::int64_t>(is_entered, id) > 0) co_return;
    }
    if (is(mistake::inbox_before)) co_await database_.exec(enter, id);
    if (is(mistake::publish_before_commit)) co_await send(events_of(message));
    auto work = co_await database_.begin();
    const bool with_inbox = !is(mistake::no_inbox) && !is(mistake::inbox_in_memory) &&
                            !is(mistake::inbox_before) && !is(mistake::inbox_after);
    if (with_inbox) work.enqueue(enter, id);
    co_await work.exec(book, amount);
    const bool with_outbox = !is(mistake::publish_after_ack) && !is(mistake::publish_before_commit);
    if (with_outbox) {
      for (const auto& event : events_of(message)) work.enqueue(store_event, event);
    }
    const auto committed = co_await work.commit().as_result();
    if (!committed && !is(mistake::unknown_commit_is_success)) {
      co_await work.rollback();
      throw committed.error();
    }
    if (is(mistake::inbox_after)) co_await database_.exec(enter, id);
    if (with_outbox) co_await send_stored(events_of(message));
  }

  task<> send_what_is_left() {
    auto left = co_await database_.query<std::string>(read_events);
    if (is(mistake::relay_newest_first)) std::ranges::reverse(left);
    co_await send_stored(std::move(left));
  }

  task<> send_stored(std::vector<std::string> events) {
    for (const auto& event : events) {
      if (is(mistake::outbox_deleted_first)) co_await database_.exec(delete_event, event);
      co_await send({event});
      co_await database_.exec(delete_event, event);
    }
  }

  task<> send(std::vector<std::string> events) {
    const bool is_fresh = is(mistake::fresh_event_ids) || is(mistake::publish_before_commit);
    for (const auto& event : events) {
      const std::string id = is_fresh ? uuid::random().to_string() : event;
      nats::publish_options how;
      how.msg_id = id;
      co_await jetstream_.publish(nats::subject("books.booked"), event, how);
    }
  }

  nats::connection link_;
  nats::jetstream jetstream_;
  postgres::pool database_;
  mistake made_;
  std::set<std::int64_t> known_;
};

task<> run_books(const service_settings& servers, mistake made) {
  books program(servers, made);
  std::exception_ptr failure;
  try {
    co_await program.run();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await program.close();
  if (failure) std::rethrow_exception(failure);
}

/// Three messages, of which the second is no amount.
task<> publish_amounts(nats::jetstream& jetstream, postgres::pool& database) {
  co_await database.exec(make_tables);
  nats::stream_config books;
  books.name = stream_name;
  books.subjects = {"books.>"};
  co_await jetstream.ensure_stream(std::move(books));
  nats::stream_config dead;
  dead.name = "DEAD";
  dead.subjects = {"dead.>"};
  co_await jetstream.ensure_stream(std::move(dead));
  nats::consumer_config own;
  own.durable = "books";
  own.filter_subject = "books.amounts";
  own.ack_wait = 1s;
  co_await jetstream.ensure_consumer(stream_name, std::move(own));
  for (const char* body : {"5", "much", "7"}) {
    co_await jetstream.publish(nats::subject("books.amounts"), body);
  }
}

/// The events of each message in their order; that of the messages is nobody's promise.
task<std::string> look_at_books(nats::jetstream& jetstream, postgres::pool& database) {
  std::map<char, std::string> booked;
  const auto books = co_await jetstream.stream_info(stream_name);
  for (auto at = books.first_sequence; at <= books.last_sequence; ++at) {
    const auto stored = co_await jetstream.get_message(stream_name, at);
    if (stored.subject == "books.booked") booked[stored.payload.at(0)] += stored.payload.at(1);
  }
  std::string seen = "total " + std::to_string(co_await database.one<std::int64_t>(read_total));
  for (const auto& [message, events] : booked) {
    seen += std::string(", booked ") + message + ": " + events;
  }
  const auto dead = co_await jetstream.stream_info("DEAD");
  co_return seen + ", dead " + std::to_string(dead.messages);
}

}  // namespace

std::string_view name_of(mistake which) {
  switch (which) {
    case mistake::none:
      return "none";
    case mistake::ack_first:
      return "ack_first";
    case mistake::no_inbox:
      return "no_inbox";
    case mistake::inbox_in_memory:
      return "inbox_in_memory";
    case mistake::inbox_before:
      return "inbox_before";
    case mistake::inbox_after:
      return "inbox_after";
    case mistake::publish_after_ack:
      return "publish_after_ack";
    case mistake::publish_before_commit:
      return "publish_before_commit";
    case mistake::outbox_deleted_first:
      return "outbox_deleted_first";
    case mistake::fresh_event_ids:
      return "fresh_event_ids";
    case mistake::relay_newest_first:
      return "relay_newest_first";
    case mistake::unknown_commit_is_success:
      return "unknown_commit_is_success";
    case mistake::errors_are_acknowledged:
      return "errors_are_acknowledged";
    case mistake::term_before_dead_letter:
      return "term_before_dead_letter";
  }
  return "";
}

crash_case planted(mistake which) {
  crash_case made;
  made.program = [which](const service_settings& servers) { return run_books(servers, which); };
  made.stream = stream_name;
  made.consumer = "books";
  made.prepare = publish_amounts;
  made.look = look_at_books;
  return made;
}

}  // namespace weir::test
