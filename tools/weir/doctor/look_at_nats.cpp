// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "http_get.hpp"
#include "nats.hpp"
#include "weir/event/json.hpp"

namespace weir::doctor {
namespace {

constexpr std::size_t streams_max = 1000;
constexpr std::size_t consumers_max = 1000;  // of each stream
constexpr auto monitor_limit = std::chrono::seconds(3);

/// What is used of /varz.
struct jetstream_config {
  std::optional<std::int64_t> sync_interval;  // nanoseconds
  std::optional<bool> sync_always;
};
struct jetstream_varz {
  std::optional<jetstream_config> config;
};
struct varz {
  std::optional<std::string> now;
  std::optional<jetstream_varz> jetstream;
};

task<std::vector<nats::consumer_info>> consumers_of(nats::jetstream on, std::string stream) {
  std::vector<nats::consumer_info> found;
  auto all = on.consumers(std::move(stream));
  while (found.size() < consumers_max) {
    auto next = co_await all.next().as_result();
    if (!next.has_value()) {
      if (next.error().is(errc::not_found)) break;  // It was deleted meanwhile.
      throw next.error();
    }
    if (!next->has_value()) break;
    found.push_back(std::move(**next));
  }
  co_return found;
}

task<> look_at_streams(nats::jetstream on, nats_facts& into) {
  auto all = on.streams();
  while (auto next = co_await all.next()) {
    into.has_more_streams = into.streams.size() >= streams_max;
    if (into.has_more_streams) co_return;
    stream_facts one{.info = std::move(*next)};
    one.consumers = co_await consumers_of(on, one.info.name);
    into.streams.push_back(std::move(one));
  }
}

timestamp now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

task<> look_at_monitor(std::string address, nats_facts& into) {
  const timestamp before = now();
  const auto page = co_await tools::http_get(address + "/varz", monitor_limit).as_result();
  if (!page.has_value()) {
    into.monitor_failure = page.error().message();
    co_return;
  }
  into.monitor = read_varz(*page, before + (now() - before) / 2);
}

}  // namespace

monitor_facts read_varz(std::string_view body, timestamp asked_at) {
  monitor_facts read;
  const auto page = json::decode<varz>(body);
  if (!page.has_value()) return read;
  if (page->now) {
    if (const auto theirs = parse_rfc3339(*page->now)) read.clock_ahead = *theirs - asked_at;
  }
  if (!page->jetstream || !page->jetstream->config) return read;
  const jetstream_config& config = *page->jetstream->config;
  if (config.sync_interval) read.sync_interval = duration(*config.sync_interval);
  read.sync_always = config.sync_always;
  return read;
}

task<nats_facts> look_at_nats(nats::connection& over, std::string url, std::string monitor) {
  nats_facts seen;
  seen.url = std::move(url);
  seen.server = over.server();
  if (!monitor.empty()) co_await look_at_monitor(std::move(monitor), seen);
  if (!seen.server.jetstream) co_return seen;
  nats::jetstream on(over);
  auto account = co_await on.account_info().as_result();
  if (!account.has_value()) {
    seen.account_failure = account.error().message();
    co_return seen;
  }
  seen.account = *account;
  co_await look_at_streams(on, seen);
  co_return seen;
}

}  // namespace weir::doctor
