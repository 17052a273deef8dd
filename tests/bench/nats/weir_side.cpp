// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "sides.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/nats/pull_source.hpp"
#include "weir/nats/request.hpp"
#include "weir/nats/subscription.hpp"

namespace weir::bench {
namespace {

nats::connection_options options_for(const bench_server& at) {
  nats::connection_options options;
  options.url = at.url;
  options.publish_window = publish_window;
  return options;
}

task<cost> fetch_all(nats::connection& link, std::uint64_t messages) {
  const nats::pull_options wanted{.slots = messages_ahead};
  const stopwatch watch;
  auto source =
      co_await nats::pull_source::open(nats::jetstream(link), stream_name, consumer_name, wanted);
  for (std::uint64_t taken = 0; taken < messages;) {
    auto batch = co_await source.next_batch(messages_ahead);
    for (nats::delivery& one : batch) one.ack();
    taken += batch.size();
  }
  co_await link.flush();
  const cost spent = watch.of(messages);
  co_await source.close();
  co_return spent;
}

task<cost> publish_all(nats::connection& link, const traffic& of) {
  nats::jetstream js(link);
  const nats::subject to(stream_subject);
  const std::string payload(of.bytes, 'x');
  std::vector<std::optional<nats::publication>> under_way(publish_window);
  const stopwatch watch;
  for (std::uint64_t sent = 0; sent < of.messages; ++sent) {
    std::optional<nats::publication>& oldest = under_way[sent % publish_window];
    if (oldest) co_await oldest->confirmed();
    oldest.emplace(co_await js.publish_later(to, payload));
  }
  for (auto& left : under_way) {
    if (left) co_await left->confirmed();
  }
  co_return watch.of(of.messages);
}

task<cost> publish_core(nats::connection& link, const traffic& of) {
  const nats::subject to(core_subject);
  const std::string payload(of.bytes, 'x');
  const stopwatch watch;
  for (std::uint64_t sent = 0; sent < of.messages; ++sent) co_await link.publish(to, payload);
  co_await link.flush();
  co_return watch.of(of.messages);
}

task<cost> subscribe_core(nats::connection& link, std::uint64_t messages) {
  nats::subscription feed(link, nats::subject_pattern(feed_subject),
                          {.max_waiting_messages = static_cast<std::size_t>(messages)});
  co_await link.flush();
  const nats::subject ready(ready_subject);
  const stopwatch watch;
  co_await link.publish(ready, "");
  for (std::uint64_t taken = 0; taken < messages;) {
    const auto batch = co_await feed.next_batch(messages_ahead);
    taken += batch.size();
  }
  co_return watch.of(messages);
}

task<cost> ask(nats::connection& link, const traffic& of) {
  const nats::subject to(answering_subject);
  const std::string question(of.bytes, 'x');
  std::vector<double> times;
  times.reserve(of.messages);
  const stopwatch watch;
  for (std::uint64_t asked = 0; asked < of.messages; ++asked) {
    const double began = watch.elapsed_us();
    co_await nats::request(link, to, question);
    times.push_back(watch.elapsed_us() - began);
  }
  co_return watch.of_questions(std::move(times));
}

/// Connects, measures, closes.
template <class Work>
task<cost> connected(bench_server at, Work work) {
  nats::connection link(options_for(at));
  co_await link.wait_connected();
  const auto spent = co_await work(link).as_result();
  co_await link.close();
  co_return spent.value();
}

}  // namespace

task<cost> weir_fetch(bench_server at, traffic of) {
  return connected(std::move(at),
                   [of](nats::connection& link) { return fetch_all(link, of.messages); });
}

task<cost> weir_publish(bench_server at, traffic of) {
  return connected(std::move(at), [of](nats::connection& link) { return publish_all(link, of); });
}

task<cost> weir_core_publish(bench_server at, traffic of) {
  return connected(std::move(at), [of](nats::connection& link) { return publish_core(link, of); });
}

task<cost> weir_core_subscribe(bench_server at, traffic of) {
  return connected(std::move(at),
                   [of](nats::connection& link) { return subscribe_core(link, of.messages); });
}

task<cost> weir_request(bench_server at, traffic of) {
  return connected(std::move(at), [of](nats::connection& link) { return ask(link, of); });
}

}  // namespace weir::bench
