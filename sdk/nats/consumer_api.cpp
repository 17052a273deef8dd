// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats {
namespace {

/// What a consumer has that names no ack_wait.
constexpr std::int64_t server_ack_wait = 30'000'000'000;

using detail::api_error;
using detail::set_field;

struct sequences_answer {
  std::uint64_t consumer_seq = 0;
  std::uint64_t stream_seq = 0;
};

struct consumer_answer {
  std::optional<detail::json_fields> config;
  std::optional<sequences_answer> delivered;
  std::optional<sequences_answer> ack_floor;
  std::optional<std::uint64_t> num_ack_pending;
  std::optional<std::uint64_t> num_redelivered;
  std::optional<std::uint64_t> num_waiting;
  std::optional<std::uint64_t> num_pending;
  std::optional<api_error> error;
};

struct consumer_request {
  std::string stream_name;
  detail::json_fields config;
};

struct deleted_answer {
  std::optional<api_error> error;
};

std::string wire_name(deliver_policy value) {
  switch (value) {
    case deliver_policy::all:
      return "all";
    case deliver_policy::last:
      return "last";
    case deliver_policy::new_messages:
      break;
  }
  return "new";
}

detail::json_fields fields_of(const consumer_config& wanted) {
  detail::json_fields fields;
  set_field(fields, "durable_name", wanted.durable);
  set_field(fields, "ack_policy", std::string("explicit"));
  set_field(fields, "filter_subject", wanted.filter_subject);
  if (wanted.deliver) set_field(fields, "deliver_policy", wire_name(*wanted.deliver));
  set_field(fields, "ack_wait", wanted.ack_wait);
  set_field(fields, "max_deliver", wanted.max_deliver);
  set_field(fields, "max_ack_pending", wanted.max_ack_pending);
  return fields;
}

std::int64_t number_in(const detail::json_fields& config, const std::string& name,
                       std::int64_t otherwise) {
  const auto found = config.find(name);
  if (found == config.end()) return otherwise;
  return json::decode<std::int64_t>(found->second.text()).value();
}

nats::consumer_info info_of(const consumer_answer& answer, const std::string& stream,
                            const std::string& name) {
  if (answer.error)
    throw detail::api_failure(*answer.error, "consumer " + name + " of stream " + stream);
  if (!answer.config) throw detail::no_description("consumer " + name + " of stream " + stream);
  const detail::json_fields& config = *answer.config;
  return {.stream = stream,
          .name = name,
          .ack_wait = duration(number_in(config, "ack_wait", server_ack_wait)),
          .max_deliver = number_in(config, "max_deliver", -1),
          .max_ack_pending = number_in(config, "max_ack_pending", -1),
          .delivered_stream_sequence = answer.delivered.value_or(sequences_answer{}).stream_seq,
          .ack_floor_stream_sequence = answer.ack_floor.value_or(sequences_answer{}).stream_seq,
          .pending = answer.num_pending.value_or(0),
          .ack_pending = answer.num_ack_pending.value_or(0),
          .redelivered = answer.num_redelivered.value_or(0),
          .waiting_pulls = answer.num_waiting.value_or(0)};
}

}  // namespace

task<consumer_info> jetstream::ensure_consumer(std::string stream, consumer_config wanted) {
  check_name("stream", stream);
  check_name("consumer", wanted.durable);
  if (wanted.filter_subject) static_cast<void>(subject_pattern(*wanted.filter_subject));
  const std::string place = stream + "." + wanted.durable;
  consumer_request request{.stream_name = stream, .config = fields_of(wanted)};
  auto present = co_await detail::call_api<consumer_answer>(*core_, "CONSUMER.INFO." + place, "");
  if (!present.error && present.config) {
    if (!detail::merge(*present.config, request.config))
      co_return info_of(present, stream, wanted.durable);
    request.config = *present.config;
  } else if (!present.error || present.error->code != 404) {
    co_return info_of(present, stream, wanted.durable);  // Throws what the server said.
  }
  const auto made = co_await detail::call_api<consumer_answer>(
      *core_, "CONSUMER.DURABLE.CREATE." + place, json::encode(request));
  co_return info_of(made, stream, wanted.durable);
}

task<consumer_info> jetstream::consumer_info(std::string stream, std::string consumer) {
  check_name("stream", stream);
  check_name("consumer", consumer);
  const auto answer = co_await detail::call_api<consumer_answer>(
      *core_, "CONSUMER.INFO." + stream + "." + consumer, "");
  co_return info_of(answer, stream, consumer);
}

task<> jetstream::delete_consumer(std::string stream, std::string consumer) {
  check_name("stream", stream);
  check_name("consumer", consumer);
  const auto answer = co_await detail::call_api<deleted_answer>(
      *core_, "CONSUMER.DELETE." + stream + "." + consumer, "");
  if (answer.error)
    throw detail::api_failure(*answer.error, "consumer " + consumer + " of stream " + stream);
}

}  // namespace weir::nats
