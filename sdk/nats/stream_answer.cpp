// SPDX-License-Identifier: Apache-2.0
#include "stream_answer.hpp"

#include "api.hpp"
#include "stream_codec.hpp"

namespace weir::nats::detail {
namespace {

stream_source_info info_of(const source_answer& answer) {
  return {.name = answer.name,
          .lag = answer.lag.value_or(0),
          .silent_for = duration(answer.active.value_or(0))};
}

}  // namespace

stream_info info_of(const stream_answer& answer, const std::string& what) {
  if (answer.error) throw api_failure(*answer.error, what);
  if (!answer.config) throw no_description(what);
  const stream_state_answer state = answer.state.value_or(stream_state_answer{});
  stream_info info;
  info.config = stream_config_of(*answer.config);
  info.name = info.config.name;
  info.subjects = info.config.subjects;
  info.messages = state.messages;
  info.bytes = state.bytes;
  info.first_sequence = state.first_seq;
  info.last_sequence = state.last_seq;
  info.consumers = state.consumer_count;
  info.created = answer.created.value_or(timestamp());
  if (state.messages > 0) {  // Without one, the server names the year 1.
    info.first_time = state.first_ts;
    info.last_time = state.last_ts;
  }
  info.deleted = state.num_deleted.value_or(0);
  info.subject_count = state.num_subjects.value_or(0);
  info.cluster = info_of(answer.cluster);
  if (answer.mirror) info.mirror = info_of(*answer.mirror);
  for (const auto& one : answer.sources.value_or(std::vector<source_answer>()))
    info.sources.push_back(info_of(one));
  return info;
}

}  // namespace weir::nats::detail
