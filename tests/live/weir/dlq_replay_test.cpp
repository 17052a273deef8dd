// SPDX-License-Identifier: Apache-2.0
#include "dlq/replay.hpp"

#include <algorithm>

#include "dlq/stored_letter.hpp"
#include "fixture.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("weir.dlq_replay");

using namespace weir;
using namespace weir::test;
using dlq::replay_options;
using dlq::replay_outcome;
using sequences = std::vector<std::uint64_t>;

namespace {

constexpr std::size_t fast = 10'000;

/// One replay with what it printed.
struct replayed {
  replay_outcome outcome;
  std::string text;
};

task<replayed> replay(post_office& in, replay_options wanted) {
  tools::interruption stop;
  std::ostringstream out;
  if (wanted.rate == dlq::replay_rate_default) wanted.rate = fast;
  replayed done;
  done.outcome = co_await dlq::replay(in.js(), std::move(wanted), stop, out);
  done.text = out.str();
  co_return done;
}

task<replayed> replay_all(post_office& in) { return replay(in, replay_options()); }

replay_options one(std::uint64_t sequence) {
  replay_options wanted;
  wanted.sequences.push_back(sequence);
  return wanted;
}

hand_written about(std::string cause, std::string subject = "orders.created") {
  hand_written made;
  made.cause = std::move(cause);
  made.subject = std::move(subject);
  return made;
}

task<> publishes_again(post_office& in) {
  hand_written letter;
  letter.body = R"({"id":1})";
  letter.more.emplace_back("traceparent", "00-4bf9-01");
  co_await in.write(letter);
  const auto done = co_await replay_all(in);
  CHECK(done.outcome.replayed == 1);
  CHECK(done.outcome.is_complete());
  CHECK(contains(done.text, "replayed DLQ_ORDERS:1 on orders.created as ORDERS:1"));
  CHECK(contains(done.text, "1 replayed, 0 refused, 0 left"));
  const auto message = co_await in.js().get_message("ORDERS", 1);
  CHECK(message.subject == "orders.created");
  CHECK(message.payload == R"({"id":1})");
  CHECK(message.header("traceparent") == "00-4bf9-01");
  CHECK(message.header("Weir-Replay-Of") == "DLQ_ORDERS:1");
  CHECK_FALSE(message.header("Weir-Cause").has_value());
  CHECK(message.header("Nats-Msg-Id")->starts_with("replay:DLQ_ORDERS:1:"));
  const auto left = co_await in.count("DLQ_ORDERS");
  CHECK(left == 0);
}

task<> keeps_and_repeats(post_office& in) {
  co_await in.write();
  co_await in.write();
  replay_options wanted;
  wanted.keep = true;
  const auto first = co_await replay(in, wanted);
  CHECK(first.outcome.repeated == 0);
  // As if the first had crashed before it deleted them.
  const auto second = co_await replay_all(in);
  CHECK(second.outcome.replayed == 2);
  CHECK(second.outcome.repeated == 2);
  CHECK(second.outcome.is_complete());
  CHECK(contains(second.text, "2 had been replayed before"));
  const auto stored = co_await in.count("ORDERS");
  CHECK(stored == 2);
  const auto left = co_await in.count("DLQ_ORDERS");
  CHECK(left == 0);
}

task<> takes_what_fits(post_office& in) {
  co_await in.write(about("late"));
  co_await in.write(about("no customer 7"));
  co_await in.write(about("no customer 8", "orders.paid"));
  co_await in.publish("dlq.orders", "no dead letter");
  co_await in.write(about("no customer 9"));
  replay_options wanted;
  wanted.only.cause = "no customer";
  wanted.only.subject = "orders.created";
  const auto done = co_await replay(in, wanted);
  CHECK(done.outcome.selected == 2);
  CHECK(done.outcome.replayed == 2);
  const auto left = co_await in.sequences("DLQ_ORDERS");
  CHECK(left == sequences{1, 3, 4});
}

task<> changes_nothing(post_office& in) {
  co_await in.write();
  replay_options wanted;
  wanted.dry_run = true;
  const auto done = co_await replay(in, wanted);
  CHECK(done.outcome.replayed == 1);
  CHECK(contains(done.text, "would replay DLQ_ORDERS:1 on orders.created"));
  CHECK(contains(done.text, "would be: 1 replayed"));
  const auto left = co_await in.count("DLQ_ORDERS");
  CHECK(left == 1);
  const auto stored = co_await in.count("ORDERS");
  CHECK(stored == 0);
}

task<> refuses_named(post_office& in) {
  co_await in.write();
  co_await in.publish("dlq.orders", "no dead letter");
  replay_options wanted;
  wanted.sequences = {2, 77, 1, 1};
  const auto done = co_await replay(in, wanted);
  CHECK(done.outcome.replayed == 1);
  CHECK(done.outcome.refused == 3);
  CHECK_FALSE(done.outcome.is_complete());
  CHECK(contains(done.text, "refused DLQ_ORDERS:2: DLQ_ORDERS:2 is no dead letter of a service"));
  CHECK(contains(done.text, "refused DLQ_ORDERS:77: it is not there"));
  CHECK(contains(done.text, "1 replayed, 3 refused, 0 left"));
  const auto left = co_await in.sequences("DLQ_ORDERS");
  CHECK(left == sequences{2});
}

task<> refuses_unheard(post_office& in) {
  co_await in.write(about("late", "payments.taken"));
  co_await in.write();
  const auto done = co_await replay_all(in);
  CHECK(done.outcome.replayed == 1);
  CHECK(done.outcome.refused == 1);
  CHECK(contains(done.text, "no stream takes payments.taken any more"));
  const auto left = co_await in.sequences("DLQ_ORDERS");
  CHECK(left == sequences{1});
}

/// A cut letter of a message that is in ORDERS, whose body is 1000 bytes.
task<hand_written> cut_letter(post_office& in) {
  const auto sequence = co_await in.publish("orders.created", std::string(1000, 'x'));
  const auto original = co_await in.js().get_message("ORDERS", sequence);
  hand_written letter;
  letter.body = std::string(10, 'x');
  letter.from_sequence = sequence;
  letter.published_at = to_rfc3339(original.time);
  letter.more.emplace_back("Weir-Body-Bytes", "1000");
  co_return letter;
}

task<> fetches_original(post_office& in) {
  const auto letter = co_await cut_letter(in);
  co_await in.write(letter);
  const auto done = co_await replay_all(in);
  CHECK(done.outcome.is_complete());
  const auto again = co_await in.js().get_message("ORDERS", 2);
  CHECK(again.payload == std::string(1000, 'x'));
  CHECK(again.header("Weir-Replay-Of") == "DLQ_ORDERS:1");
}

task<> refuses_cut(post_office& in) {
  const auto letter = co_await cut_letter(in);
  co_await in.write(letter);
  // The stream is made anew, and another message has the number.
  co_await in.js().delete_stream("ORDERS");
  co_await in.make_stream("ORDERS", "orders.>");
  co_await in.publish("orders.created", std::string(1000, 'y'));
  auto other_stream = letter;
  other_stream.from_sequence = 99;
  co_await in.write(other_stream);
  const auto done = co_await replay_all(in);
  CHECK(done.outcome.refused == 2);
  CHECK_FALSE(done.outcome.is_complete());
  CHECK(contains(done.text, "10 of 1000 bytes only"));
  CHECK(contains(done.text, "stream ORDERS has the message no more"));
  const auto left = co_await in.count("DLQ_ORDERS");
  CHECK(left == 2);
}

task<> names_others(post_office& in) {
  for (const char* const name : {"billing", "shipping"}) {
    nats::consumer_config config;
    config.durable = name;
    config.filter_subject = "orders.*";
    co_await in.js().ensure_consumer("ORDERS", config);
  }
  nats::consumer_config elsewhere;
  elsewhere.durable = "refunds";
  elsewhere.filter_subject = "orders.refunded";
  co_await in.js().ensure_consumer("ORDERS", elsewhere);
  co_await in.write();
  co_await in.write();
  const auto done = co_await replay_all(in);
  const std::string note =
      "note: other consumers of orders.created get the message again, as a new one: shipping\n";
  CHECK(contains(done.text, note));
  CHECK_FALSE(contains(done.text.substr(done.text.find(note) + 1), "note:"));
}

task<> stop_after_first(post_office& in, tools::interruption& stop) {
  while (co_await in.count("ORDERS") == 0) co_await sleep(1ms);
  stop.wanted.set();
}

task<> stops_between(post_office& in) {
  constexpr std::uint64_t all = 20;
  for (std::uint64_t at = 0; at < all; ++at) co_await in.write();
  tools::interruption stop;
  std::ostringstream out;
  replay_options wanted;
  wanted.rate = 1;  // The second would be a second later; the signal does not wait for it.
  scope beside;
  beside.spawn(stop_after_first(in, stop));
  const auto outcome = co_await dlq::replay(in.js(), wanted, stop, out);
  co_await beside.join();
  CHECK(outcome.replayed >= 1);
  CHECK(outcome.was_stopped);
  CHECK_FALSE(outcome.is_complete());
  CHECK(outcome.left() == all - outcome.replayed);
  const auto left = co_await in.count("DLQ_ORDERS");
  CHECK(left == outcome.left());
  CHECK(contains(out.str(), "0 refused, " + std::to_string(left) + " left"));
}

/// A lower bound alone: how much longer it takes is the machine's.
task<> keeps_its_rate(post_office& in) {
  constexpr int all = 11;
  for (int at = 0; at < all; ++at) co_await in.write();
  replay_options wanted;
  wanted.rate = 10;  // A second: the first goes at once.
  const time_point begun = loop::current().now();
  const auto done = co_await replay(in, std::move(wanted));
  CHECK(loop::current().now() - begun >= 950ms);
  CHECK(done.outcome.replayed == all);
}

task<> stops_while_counting(post_office& in) {
  co_await in.write();
  tools::interruption stop;
  stop.wanted.set();
  std::ostringstream out;
  const auto outcome = co_await dlq::replay(in.js(), replay_options(), stop, out);
  CHECK_FALSE(outcome.is_complete());
  CHECK(out.str() == "stopped while the letters were counted; nothing was replayed\n");
  const auto left = co_await in.count("DLQ_ORDERS");
  CHECK(left == 1);
}

task<> stops_at_full(post_office& in) {
  nats::stream_config full;
  full.name = "ORDERS";
  full.subjects.push_back("orders.>");
  full.max_messages = 1;
  full.discard = nats::discard_policy::new_messages;
  co_await in.js().ensure_stream(full);
  for (int at = 0; at < 3; ++at) co_await in.write();
  const auto done = co_await replay_all(in);
  CHECK(done.outcome.replayed == 1);
  CHECK(done.outcome.was_stopped);
  CHECK(done.outcome.left() == 2);
  CHECK(contains(done.text, "stopped at DLQ_ORDERS:2"));
  const auto left = co_await in.sequences("DLQ_ORDERS");
  CHECK(left == sequences{2, 3});
}

task<> cannot_delete(post_office& in) {
  co_await in.write();
  nats::stream_config sealed;
  sealed.name = "DLQ_ORDERS";
  sealed.subjects.push_back("dlq.orders");
  sealed.deny_delete = true;
  co_await in.js().ensure_stream(sealed);
  const auto done = co_await replay_all(in);
  CHECK(done.outcome.replayed == 1);
  CHECK_FALSE(done.outcome.is_complete());
  CHECK(contains(done.text, "DLQ_ORDERS:1 was replayed and could not be deleted"));
}

task<> others_delete(post_office& in) {
  co_await in.write();
  const bool first = co_await dlq::delete_stored(in.js(), "DLQ_ORDERS", 1, nats::erasure::unlink);
  CHECK(first);
  const bool second = co_await dlq::delete_stored(in.js(), "DLQ_ORDERS", 1, nats::erasure::unlink);
  CHECK_FALSE(second);
  const auto read = co_await dlq::read_stored(in.js(), "DLQ_ORDERS", 1);
  CHECK_FALSE(read.has_value());
}

task<> wants_a_stream(post_office& in) {
  co_await in.js().delete_stream("DLQ_ORDERS");
  const auto none = co_await error_of(replay(in, one(1)));
  CHECK(none.is(errc::not_found));
  CHECK(contains(none.message(), "no stream with dead letters is here"));
  auto named = one(1);
  named.stream = "DLQ_BILLS";
  const auto missing = co_await error_of(replay(in, named));
  CHECK(missing.is(errc::not_found));
  CHECK(contains(missing.message(), "there is no stream DLQ_BILLS; 'weir dlq list'"));
  co_await in.make_stream("DLQ_A", "dlq.a");
  co_await in.make_stream("DLQ_B", "dlq.b");
  const auto several = co_await error_of(replay(in, one(1)));
  CHECK(several.is(errc::invalid_argument));
  CHECK(contains(several.message(), "name one with --stream: DLQ_A, DLQ_B"));
}

}  // namespace

TEST_CASE("a replay publishes a letter as the message that it was, and deletes it") {
  post_office::open(publishes_again);
}
TEST_CASE("a letter that is replayed twice is stored once") {
  post_office::open(keeps_and_repeats);
}
TEST_CASE("a replay takes the letters that its filters fit, and leaves what is no letter") {
  post_office::open(takes_what_fits);
}
TEST_CASE("a dry run changes nothing") { post_office::open(changes_nothing); }
TEST_CASE("a number without a letter is refused, and so is one that is replayed already") {
  post_office::open(refuses_named);
}
TEST_CASE("a letter whose subject no stream takes is refused at once") {
  post_office::open(refuses_unheard);
}
TEST_CASE("of a letter that was cut the whole message is replayed from its stream") {
  post_office::open(fetches_original);
}
TEST_CASE("a letter that was cut is refused where its stream has the message no more") {
  post_office::open(refuses_cut);
}
TEST_CASE("a replay names, once, the other consumers that get the message again") {
  post_office::open(names_others);
}
TEST_CASE("a replay that is interrupted ends between two letters, whatever its rate is") {
  post_office::open(stops_between);
}
TEST_CASE("a replay publishes no more in a second than its rate says") {
  post_office::open(keeps_its_rate);
}
TEST_CASE("a replay that is interrupted before its first letter says so") {
  post_office::open(stops_while_counting);
}
TEST_CASE("a replay ends at a full stream, and keeps the letters that it did not get to") {
  post_office::open(stops_at_full);
}
TEST_CASE("a replay whose letter cannot be deleted ends there, and is not complete") {
  post_office::open(cannot_delete);
}
TEST_CASE("a letter that another operator has deleted is no error") {
  post_office::open(others_delete);
}
TEST_CASE("without one clear stream the error says what to name") {
  post_office::open(wants_a_stream);
}
