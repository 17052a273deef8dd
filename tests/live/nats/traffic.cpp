// SPDX-License-Identifier: Apache-2.0
#include "traffic.hpp"

#include <deque>

namespace weir::test {
namespace {

constexpr std::size_t window = 200;
constexpr int workers = 4;
/// Every so many messages one is acknowledged with ack_sync, which waits for the server.
constexpr std::size_t acknowledged_for_sure_every = 5;
/// Publishing waits where handling is so many messages behind.
constexpr std::size_t behind_max = 2000;

}  // namespace

task<> traffic::make(int replicas) {
  nats::stream_config stream = orders_stream();
  stream.replicas = replicas;
  co_await in_.js.ensure_stream(stream);
  nats::consumer_config consumer = worker_consumer();
  // What a leader had delivered before it crashed comes again after this.
  consumer.ack_wait = 2s;
  co_await in_.js.ensure_consumer("ORDERS", consumer);
}

task<> traffic::confirm(nats::publication sent) {
  const nats::publish_ack ack = co_await sent.confirmed();
  sequences_.insert(ack.sequence);
  progress_.set();
}

task<> traffic::publish() {
  std::deque<nats::publication> sent;
  while (!finishing_) {
    if (published_ - handled_count_ >= behind_max) {
      progress_.reset();
      co_await progress_.wait();
      continue;
    }
    sent.push_back(co_await in_.js.publish_later(in_.created, std::to_string(published_++),
                                                 {.timeout = hang_limit}));
    if (sent.size() < window) continue;
    co_await confirm(std::move(sent.front()));
    sent.pop_front();
  }
  for (; !sent.empty(); sent.pop_front()) co_await confirm(std::move(sent.front()));
  all_published_ = true;
  progress_.set();
}

task<> traffic::handle(nats::delivery one, const nats::pull_source& from) {
  ++taken_;
  const auto number = static_cast<std::size_t>(std::stoul(std::string(one.payload())));
  if (number >= handled_.size()) {
    handled_.resize(number + 1);
    acknowledged_.resize(number + 1);
  }
  const std::uint64_t place = taken_ + from.counters().expired;  // among those that came in
  if (acknowledged_[number] > 0 && place > acknowledged_[number]) ++came_after_acknowledgement_;
  if (!handled_[number]) ++handled_count_;
  handled_[number] = true;
  progress_.set();
  if (number % acknowledged_for_sure_every != 0) {
    one.ack();
    co_return;
  }
  const auto confirmed = co_await one.ack_sync().as_result();
  if (confirmed.has_value()) acknowledged_[number] = from.counters().messages;
}

task<> traffic::work(nats::pull_source& source) {
  while (auto one = co_await source.next()) co_await handle(std::move(*one), source);
}

task<> traffic::consume() {
  auto source = co_await nats::pull_source::open(in_.js, "ORDERS", "worker", {.slots = 100});
  co_await with_scope([&](scope& working) -> task<> {
    for (int i = 0; i < workers; ++i) working.spawn(work(source));
    while (!all_published_ || handled_count_ < published_) {
      progress_.reset();
      co_await progress_.wait();
    }
    // What came twice may be in the middle of its second time.
    co_await in_.info_when(
        [](const nats::consumer_info& now) { return now.pending == 0 && now.ack_pending == 0; });
    source.stop();
    co_await working.join();
  });
  co_await source.close();
}

task<> traffic::run() {
  co_await with_scope([this](scope& running) -> task<> {
    running.spawn(publish());
    running.spawn(consume());
    co_await running.join();
  });
}

task<> traffic::go_on(std::size_t messages) {
  const std::size_t handled = handled_count_ + messages;
  const std::size_t now_confirmed = confirmed() + messages;
  while (handled_count_ < handled || confirmed() < now_confirmed) {
    progress_.reset();
    co_await progress_.wait();
  }
}

task<> traffic::check() {
  const nats::stream_info stream = co_await in_.js.stream_info("ORDERS");
  CHECK(stream.messages == published_);
  CHECK(confirmed() == published_);
  CHECK(handled_count_ == published_);
}

}  // namespace weir::test
