// SPDX-License-Identifier: Apache-2.0
#include "traffic.hpp"

#include <charconv>
#include <deque>
#include <utility>

#include "weir/scope.hpp"
#include "weir/sleep.hpp"

namespace weir::soak {
namespace {

constexpr const char* stream_name = "SOAK";
constexpr const char* consumer_name = "worker";
constexpr std::size_t payload_bytes = 128;
constexpr std::size_t window = 2000;
/// Publishing waits where the oldest message that is not handled is so far behind.
constexpr std::uint64_t behind_max = 100'000;
/// What the stream keeps: more than lie behind the oldest that is not handled, those of which the
/// confirmation got lost included.
constexpr std::int64_t kept_messages = 5 * behind_max;
constexpr std::size_t slots = 2000;
constexpr std::size_t batch = 64;
constexpr int workers = 16;
/// Every so many messages one is acknowledged with ack_sync.
constexpr std::uint64_t acknowledged_for_sure_every = 64;
/// Newer servers do not answer where they have forgotten the delivery, in a crash.
constexpr auto acknowledged_within = std::chrono::milliseconds(500);
constexpr std::uint64_t progress_every = 4096;
/// Longer than a publication is tried, so that none is stored twice.
constexpr auto duplicate_window = std::chrono::seconds(30);
constexpr auto publish_timeout = std::chrono::seconds(20);
/// Begins anew with each start of the server, so shorter than the time between two faults.
constexpr auto ack_wait = std::chrono::seconds(1);
constexpr auto drained_interval = std::chrono::milliseconds(50);
/// Longer than a fault, what a client needs to find back, and a redelivery together.
constexpr auto nothing_comes_after = std::chrono::seconds(60);

}  // namespace

task<> traffic::make() {
  nats::stream_config stream;
  stream.name = stream_name;
  stream.subjects = {"soak.>"};
  // Not a work queue: after a crash nats-server 2.9 may keep a message that was acknowledged, and
  // from then on redelivers those that are gone one after the other, each after its ack_wait.
  stream.max_messages = kept_messages;
  stream.duplicate_window = duplicate_window;
  co_await js_.ensure_stream(stream);
  nats::consumer_config consumer;
  consumer.durable = consumer_name;
  consumer.ack_wait = ack_wait;
  // The slots are the limit. After a crash nats-server 2.10 waits for acknowledgements of messages
  // that are not in the stream any more, which would use a limit up.
  consumer.max_ack_pending = -1;
  co_await js_.ensure_consumer(stream_name, consumer);
}

task<> traffic::confirm(std::uint64_t number, nats::publication sent) {
  auto done = co_await sent.confirmed().as_result();
  const nats::subject to("soak.message");
  std::string payload = std::to_string(number);
  const std::string id = payload;
  payload.resize(payload_bytes, ' ');
  while (!done.has_value()) {
    if (!done.error().is(errc::deadline_exceeded)) throw done.error();
    ++account_.given_up;
    done =
        co_await js_.publish(to, payload, {.msg_id = id, .timeout = publish_timeout}).as_result();
  }
  account_.confirmed.insert(number);
}

task<> traffic::publish() {
  const nats::subject to("soak.message");
  std::deque<nats::publication> sent;
  std::uint64_t confirmed = 0;
  std::string payload;
  std::string id;
  for (std::uint64_t number = 0; number < account_.messages; ++number) {
    while (number - oldest_unhandled_ >= behind_max) {
      progress_.reset();
      co_await progress_.wait();
    }
    id = std::to_string(number);
    payload = id;
    payload.resize(payload_bytes, ' ');
    const nats::publish_options how{.msg_id = id, .timeout = publish_timeout};
    sent.push_back(co_await js_.publish_later(to, payload, how));
    if (sent.size() < window) continue;
    co_await confirm(confirmed++, std::move(sent.front()));
    sent.pop_front();
  }
  for (; !sent.empty(); sent.pop_front()) co_await confirm(confirmed++, std::move(sent.front()));
  all_confirmed_ = true;
}

void traffic::note_handled(std::uint64_t number) {
  if (account_.acknowledged.contains(number)) ++account_.acknowledged_and_redelivered;
  if (!account_.handled.insert(number)) {
    ++account_.redelivered;
    return;
  }
  if (number == oldest_unhandled_) {
    while (oldest_unhandled_ < account_.messages && account_.handled.contains(oldest_unhandled_))
      ++oldest_unhandled_;
    progress_.set();
  }
  const std::uint64_t handled = account_.handled.size();
  if (handled % progress_every == 0 || handled == account_.messages) {
    if (on_progress_) on_progress_(handled);
  }
}

task<> traffic::handle(nats::delivery one) {
  const std::string_view text = one.payload();
  std::uint64_t number = 0;
  std::from_chars(text.begin(), text.end(), number);
  note_handled(number);
  if (number % acknowledged_for_sure_every != 0) {
    one.ack();
    co_return;
  }
  const auto recorded = co_await one.ack_sync(acknowledged_within).as_result();
  if (!recorded.has_value() && recorded.error().is_cancelled()) throw recorded.error();
  if (recorded.has_value()) account_.acknowledged.insert(number);
}

task<> traffic::work(nats::pull_source& source) {
  for (;;) {
    std::vector<nats::delivery> some = co_await source.next_batch(batch);
    if (some.empty()) co_return;
    for (nats::delivery& one : some) co_await handle(std::move(one));
  }
}

/// All is handled, or what is left does not come any more. The servers' own figures do not tell:
/// after a crash a stream may keep messages that are acknowledged (2.9), and a consumer may wait
/// for acknowledgements of messages that are not there (2.10).
task<> traffic::wait_drained(const nats::pull_source& source) {
  std::uint64_t handled = 0;
  time_point since = loop::current().now();
  while (handled < account_.messages || !all_confirmed_) {
    co_await sleep(drained_interval);
    const time_point now = loop::current().now();
    if (std::exchange(handled, account_.handled.size()) != account_.handled.size()) since = now;
    if (now - since <= nothing_comes_after) continue;
    if (!all_confirmed_) throw error(co_await stuck(source));
    co_return;
  }
}

task<error> traffic::stuck(const nats::pull_source& source) {
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  std::string text = "nothing was handled for a minute; source: " + number(source.unfinished()) +
                     " unfinished, " + number(source.counters().pulls) + " pulls, " +
                     number(source.counters().heartbeats_missed) + " heartbeats missed; ";
  const auto stream = co_await js_.stream_info(stream_name).as_result();
  const auto consumer = co_await js_.consumer_info(stream_name, consumer_name).as_result();
  if (stream.has_value() && consumer.has_value()) {
    text += "stream " + number(stream->first_sequence) + " to " + number(stream->last_sequence) +
            ", " + number(stream->messages) + " messages; consumer delivered " +
            number(consumer->delivered_stream_sequence) + ", floor " +
            number(consumer->ack_floor_stream_sequence) + ", pending " + number(consumer->pending) +
            ", unacknowledged " + number(consumer->ack_pending) + ", waiting pulls " +
            number(consumer->waiting_pulls);
  } else {
    text += (stream.has_value() ? consumer.error() : stream.error()).message();
  }
  co_return error(errc::unavailable, disposition::retry, text);
}

task<> traffic::consume() {
  auto source = co_await nats::pull_source::open(js_, stream_name, consumer_name, {.slots = slots});
  co_await with_scope([&](scope& working) -> task<> {
    for (int i = 0; i < workers; ++i) working.spawn(work(source));
    co_await wait_drained(source);
    source.stop();
    co_await working.join();
  });
  co_await source.close();
}

task<> traffic::run() {
  co_await with_scope([this](scope& both) -> task<> {
    both.spawn(publish());
    both.spawn(consume());
    co_await both.join();
  });
}

}  // namespace weir::soak
