// SPDX-License-Identifier: Apache-2.0
#include "consumer_answer.hpp"

#include "api.hpp"
#include "consumer_codec.hpp"

namespace weir::nats::detail {
namespace {

/// What a consumer has that names no ack_wait.
constexpr auto server_ack_wait = std::chrono::seconds(30);

}  // namespace

consumer_info info_of(const consumer_answer& answer, const std::string& stream,
                      const std::string& name) {
  if (answer.error) throw api_failure(*answer.error, describe_consumer(stream, name));
  if (!answer.config) throw no_description(describe_consumer(stream, name));
  const sequences_answer delivered = answer.delivered.value_or(sequences_answer{});
  const sequences_answer ack_floor = answer.ack_floor.value_or(sequences_answer{});
  consumer_info info;
  info.stream = stream;
  info.name = answer.name.value_or(name);
  info.config = consumer_config_of(*answer.config);
  info.ack_wait = info.config.ack_wait.value_or(server_ack_wait);
  info.max_deliver = info.config.max_deliver.value_or(-1);
  info.max_ack_pending = info.config.max_ack_pending.value_or(-1);
  info.delivered_stream_sequence = delivered.stream_seq;
  info.ack_floor_stream_sequence = ack_floor.stream_seq;
  info.pending = answer.num_pending.value_or(0);
  info.ack_pending = answer.num_ack_pending.value_or(0);
  info.redelivered = answer.num_redelivered.value_or(0);
  info.waiting_pulls = answer.num_waiting.value_or(0);
  info.delivered_consumer_sequence = delivered.consumer_seq;
  info.ack_floor_consumer_sequence = ack_floor.consumer_seq;
  info.created = answer.created.value_or(timestamp());
  info.is_paused = answer.paused.value_or(false);
  info.pause_remaining = duration(answer.pause_remaining.value_or(0));
  info.cluster = info_of(answer.cluster);
  for (const auto& one : answer.priority_groups.value_or(std::vector<priority_group_answer>()))
    info.priority_groups.push_back(
        {.group = one.group, .pinned_client = one.pinned_client_id.value_or("")});
  return info;
}

}  // namespace weir::nats::detail
