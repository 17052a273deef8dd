// SPDX-License-Identifier: Apache-2.0
#include "trial.hpp"

#include "sides.hpp"
#include "weir/sleep.hpp"

namespace weir::bench {
namespace {

/// The server notes an acknowledgement a moment after it has read it.
constexpr auto look_interval = std::chrono::milliseconds(5);
constexpr int looks_max = 1000;

error invalid(const std::string& what) {
  return {errc::invalid_input, disposition::permanent, "this run does not count: " + what};
}

}  // namespace

task<> make_stream(nats::jetstream js, traffic of) {
  const auto deleted = co_await js.delete_stream(stream_name).as_result();
  if (!deleted.has_value() && !deleted.error().is(errc::not_found)) throw deleted.error();
  nats::stream_config wanted;
  wanted.name = stream_name;
  wanted.subjects = {stream_subject};
  wanted.storage = of.storage;
  co_await js.ensure_stream(wanted);
}

task<> fill_stream(nats::jetstream js, traffic of) {
  const nats::subject to(stream_subject);
  const std::string payload(of.bytes, 'x');
  std::vector<std::optional<nats::publication>> under_way(publish_window);
  for (std::uint64_t sent = 0; sent < of.messages; ++sent) {
    std::optional<nats::publication>& oldest = under_way[sent % publish_window];
    if (oldest) co_await oldest->confirmed();
    oldest.emplace(co_await js.publish_later(to, payload));
  }
  for (auto& left : under_way) {
    if (left) co_await left->confirmed();
  }
  nats::consumer_config wanted;
  wanted.durable = consumer_name;
  wanted.max_ack_pending = static_cast<std::int64_t>(8 * messages_ahead);
  co_await js.ensure_consumer(stream_name, wanted);
}

task<> require_stored(nats::jetstream js, traffic of) {
  const nats::stream_info info = co_await js.stream_info(stream_name);
  if (info.messages == of.messages) co_return;
  throw invalid("the stream has " + std::to_string(info.messages) + " messages in place of " +
                std::to_string(of.messages));
}

task<> require_finished(nats::jetstream js, traffic of) {
  nats::consumer_info info;
  for (int look = 0; look < looks_max; ++look) {
    info = co_await js.consumer_info(stream_name, consumer_name);
    if (info.ack_floor_stream_sequence == of.messages && info.ack_pending == 0) break;
    co_await sleep(look_interval);
  }
  if (info.ack_floor_stream_sequence != of.messages)
    throw invalid("acknowledged up to " + std::to_string(info.ack_floor_stream_sequence) + " of " +
                  std::to_string(of.messages));
  if (info.redelivered != 0)
    throw invalid(std::to_string(info.redelivered) + " messages were delivered again");
}

}  // namespace weir::bench
