// SPDX-License-Identifier: Apache-2.0
// What a drain gives back is no attempt.
#include <doctest/doctest.h>

#include <stdexcept>

#include "office.hpp"
#include "weir/sim.hpp"
#include "weir/sleep.hpp"

TEST_SUITE_BEGIN("service.given_back");

using namespace std::chrono_literals;
namespace nats = weir::nats;
using weir::test::program;

namespace {

constexpr int drains = 4;

weir::manual_reset_event* released = nullptr;
std::vector<std::int64_t> begun;
std::vector<std::int64_t> read;
std::vector<std::uint64_t> attempts;
int failures_left = 0;

void forget() {
  begun.clear();
  read.clear();
  attempts.clear();
  failures_left = 0;
}

weir::task<> read_when_released(note one) {
  begun.push_back(one.id);
  co_await released->wait();
  read.push_back(one.id);
}

weir::task<> fail_and_read(note one, const weir::meta& about) {
  attempts.push_back(about.attempt);
  if (failures_left-- > 0) throw std::runtime_error("not yet");
  read.push_back(one.id);
  co_return;
}

weir::durable twice() {
  return weir::durable("readers").workers(4).retry(2, weir::fixed(1s)).dead_letter("dead.notes");
}

/// Reads what is left, whose first try fails; gives what was given up.
weir::task<std::uint64_t> fail_once(nats::model_server& server, weir::durable policy,
                                    std::size_t wanted) {
  failures_left = 1;
  auto next = program::of<fail_and_read>(server, std::move(policy));
  co_await next.start();
  while (read.size() + next.statistics().dead_lettered.value() < wanted) co_await weir::sleep(10ms);
  co_await next.drain();
  co_return next.statistics().dead_lettered.value();
}

/// The second note waits for its turn each time, and never gets it.
weir::task<> drain_what_waits_in_its_lane() {
  forget();
  nats::model_server server;
  const auto policy = twice().ordered_by<&note::text>();
  for (std::int64_t round = 1; round <= drains; ++round) {
    weir::manual_reset_event go_on;
    released = &go_on;
    auto first = program::of<read_when_released>(server, policy);
    co_await first.start();
    co_await first.write(round, "same");
    co_await first.write(100 + round, "same");
    co_await weir::sleep(1s);
    weir::scope ending;
    ending.spawn(first.drain());
    co_await weir::sleep(1s);
    go_on.set();
    co_await ending.join();
  }
  read.clear();
  const auto dead = co_await fail_once(server, policy, drains);
  CHECK(dead == 0);
}

/// In each round one note has its turn; the others are in hand, and wait.
weir::task<> drain_what_waits_for_its_rate() {
  forget();
  nats::model_server server;
  constexpr std::int64_t notes = drains + 2;
  for (std::size_t round = 0; round < drains; ++round) {
    auto first = program::of<fail_and_read>(server, twice().workers(8).rate(1, 1h));
    co_await first.start();
    for (std::int64_t id = 1; id <= notes && round == 0; ++id) co_await first.write(id);
    while (read.size() <= round) co_await weir::sleep(10ms);
    co_await weir::sleep(1s);
    co_await first.drain();
  }
  const auto dead = co_await fail_once(server, twice(), notes);
  CHECK(dead == 0);
  CHECK(read.size() == notes);
}

/// A handler that the drain has cancelled has not failed, either.
weir::task<> drain_what_does_not_end() {
  forget();
  nats::model_server server;
  weir::manual_reset_event never;
  released = &never;
  for (int round = 0; round < drains; ++round) {
    auto first = program::of<read_when_released>(server, twice().deadline(1h));
    co_await first.start();
    if (round == 0) co_await first.write(1);
    while (begun.size() < static_cast<std::size_t>(round + 1)) co_await weir::sleep(10ms);
    co_await first.drain();
  }
  const auto dead = co_await fail_once(server, twice(), 1);
  CHECK(dead == 0);
}

constexpr std::int64_t left_in_source = 4;

/// What no worker has taken goes to whoever has asked for it, and not back.
weir::task<> stop_source() {
  nats::model_server server;
  nats::connection link(server);
  nats::jetstream jetstream(link);
  nats::stream_config stream;
  stream.name = notes_stream::name;
  stream.subjects = {"notes.>"};
  co_await jetstream.ensure_stream(std::move(stream));
  nats::consumer_config own;
  own.durable = "readers";
  co_await jetstream.ensure_consumer(std::string(notes_stream::name), std::move(own));
  const nats::subject to(weir::bind<note>::subject);
  for (std::int64_t id = 0; id < left_in_source; ++id) co_await jetstream.publish(to, "x");
  std::vector<nats::delivery> left;
  nats::pull_options how;
  how.slots = left_in_source;
  how.on_left = [&left](nats::delivery one) { left.push_back(std::move(one)); };
  {
    auto source = co_await nats::pull_source::open(jetstream, std::string(notes_stream::name),
                                                   "readers", std::move(how));
    while (source.unfinished() < left_in_source) co_await weir::sleep(10ms);
    co_await source.close();
    CHECK(left.size() == left_in_source);
    const auto held = co_await jetstream.consumer_info(std::string(notes_stream::name), "readers");
    CHECK(held.ack_pending == left_in_source);
    for (nats::delivery& one : left) one.ack();
    co_await link.flush();
    const auto done = co_await jetstream.consumer_info(std::string(notes_stream::name), "readers");
    CHECK(done.ack_pending == 0);
  }
  left.clear();
  co_await link.close();
}

/// Of what has failed each delivery is an attempt, however many drains were in between.
weir::task<> drain_what_has_failed() {
  forget();
  nats::model_server server;
  failures_left = 1000;
  auto first = program::of<fail_and_read>(server, twice().retry(2, weir::fixed(1min)));
  co_await first.start();
  co_await first.write(1);
  while (attempts.empty()) co_await weir::sleep(10ms);
  co_await first.drain();
  failures_left = 1000;
  auto second = program::of<fail_and_read>(server, twice());
  co_await second.start();
  while (second.statistics().dead_lettered.value() == 0) co_await weir::sleep(10ms);
  CHECK(attempts == std::vector<std::uint64_t>{1, 2});
  co_await second.drain();
}

}  // namespace

TEST_CASE("what a drain gives back untried, or cancels, has as many attempts left as before") {
  SUBCASE("in its lane") { weir::simulate({}, drain_what_waits_in_its_lane); }
  SUBCASE("behind a rate") { weir::simulate({}, drain_what_waits_for_its_rate); }
  SUBCASE("in its handler") { weir::simulate({}, drain_what_does_not_end); }
}

TEST_CASE("what waits in a source that stops goes to whoever has asked for it") {
  weir::simulate({}, stop_source);
}

TEST_CASE("what has failed has one attempt less, whoever drains meanwhile") {
  weir::simulate({}, drain_what_has_failed);
}

TEST_SUITE_END();
