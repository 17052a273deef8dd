// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/advisories.hpp"

#include "weir/event/json.hpp"
#include "weir/stream_operators.hpp"

namespace weir::nats {
namespace detail {

struct advisory_replica {
  std::string name;
};

/// The fields of all kinds together, by their JSON names.
struct advisory_fields {
  std::string type;
  std::optional<std::string> id;
  std::optional<weir::timestamp> timestamp;
  std::optional<std::string> stream;
  std::optional<std::string> consumer;
  std::optional<std::uint64_t> stream_seq;
  std::optional<std::uint64_t> consumer_seq;
  std::optional<std::uint64_t> deliveries;
  std::optional<std::string> reason;
  std::optional<std::string> action;
  std::optional<std::string> leader;
  std::optional<std::vector<advisory_replica>> replicas;
};

}  // namespace detail

namespace {

constexpr std::string_view type_prefix = "io.nats.jetstream.advisory.v1.";

std::vector<std::string> names_of(const std::vector<detail::advisory_replica>& replicas) {
  std::vector<std::string> names;
  for (const auto& one : replicas) names.push_back(one.name);
  return names;
}

advisory::content content_of(const detail::advisory_fields& read) {
  if (!read.type.starts_with(type_prefix)) return other_advisory{};
  const std::string_view kind = std::string_view(read.type).substr(type_prefix.size());
  const std::string stream = read.stream.value_or("");
  const std::string consumer = read.consumer.value_or("");
  const std::uint64_t sequence = read.stream_seq.value_or(0);
  const std::uint64_t consumer_sequence = read.consumer_seq.value_or(0);
  const std::uint64_t deliveries = read.deliveries.value_or(0);
  if (kind == "max_deliver") return max_deliveries_advisory{stream, consumer, sequence, deliveries};
  if (kind == "terminated") {
    return terminated_advisory{
        stream, consumer, sequence, consumer_sequence, deliveries, read.reason.value_or("")};
  }
  if (kind == "nak") return nak_advisory{stream, consumer, sequence, consumer_sequence, deliveries};
  if (kind == "stream_action") return stream_action_advisory{stream, read.action.value_or("")};
  if (kind == "consumer_action")
    return consumer_action_advisory{stream, consumer, read.action.value_or("")};
  if (kind == "stream_leader_elected" || kind == "consumer_leader_elected")
    return leader_elected_advisory{stream, consumer, read.leader.value_or("")};
  if (kind == "stream_quorum_lost" || kind == "consumer_quorum_lost")
    return quorum_lost_advisory{
        stream, consumer,
        names_of(read.replicas.value_or(std::vector<detail::advisory_replica>()))};
  return other_advisory{};
}

}  // namespace

advisory read_advisory(const message& received) {
  return read_advisory(received.subject(), received.payload());
}

advisory read_advisory(std::string_view subject, std::string_view payload) {
  advisory read;
  read.subject = subject;
  read.text = payload;
  const auto fields = json::decode<detail::advisory_fields>(read.text);
  if (!fields.has_value()) return read;
  read.type = fields->type;
  read.id = fields->id.value_or("");
  read.time = fields->timestamp.value_or(timestamp());
  read.what = content_of(*fields);
  return read;
}

stream<advisory> advisories(connection& over, const subject_pattern& pattern,
                            subscription_options options) {
  // Subscribed here, not when the stream is first asked.
  return subscription(over, pattern, std::move(options)).messages() |
         map([](const message& received) { return read_advisory(received); });
}

}  // namespace weir::nats
