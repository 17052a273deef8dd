// SPDX-License-Identifier: Apache-2.0
#include "stream_codec.hpp"

namespace weir::nats::detail {

template <>
inline constexpr std::array wire_names<retention_policy>{
    std::pair{retention_policy::limits, std::string_view("limits")},
    std::pair{retention_policy::interest, std::string_view("interest")},
    std::pair{retention_policy::work_queue, std::string_view("workqueue")}};
template <>
inline constexpr std::array wire_names<storage_type>{
    std::pair{storage_type::file, std::string_view("file")},
    std::pair{storage_type::memory, std::string_view("memory")}};
template <>
inline constexpr std::array wire_names<discard_policy>{
    std::pair{discard_policy::old_messages, std::string_view("old")},
    std::pair{discard_policy::new_messages, std::string_view("new")}};
template <>
inline constexpr std::array wire_names<store_compression>{
    std::pair{store_compression::none, std::string_view("none")},
    std::pair{store_compression::s2, std::string_view("s2")}};
template <>
inline constexpr std::array wire_names<persist_mode>{
    std::pair{persist_mode::standard, std::string_view("default")},
    std::pair{persist_mode::async, std::string_view("async")}};

namespace {

struct placement_wire {
  std::optional<std::string> cluster;
  std::optional<std::vector<std::string>> tags;
};

struct transform_wire {
  std::string src;
  std::string dest;
};

struct external_wire {
  std::string api;
  std::string deliver;
};

struct source_wire {
  std::string name;
  std::optional<std::uint64_t> opt_start_seq;
  std::optional<timestamp> opt_start_time;
  std::optional<std::string> filter_subject;
  std::optional<std::vector<transform_wire>> subject_transforms;
  std::optional<external_wire> external;
};

struct republish_wire {
  std::optional<std::string> src;
  std::string dest;
  std::optional<bool> headers_only;
};

struct limits_wire {
  std::optional<std::int64_t> inactive_threshold;
  std::optional<std::int64_t> max_ack_pending;
};

template <class T>
std::optional<T> unless_empty(const T& value) {
  return value.empty() ? std::nullopt : std::optional(value);
}

}  // namespace

template <>
struct wire_form<stream_placement> {
  using type = placement_wire;
  static type to(const stream_placement& value) {
    return {unless_empty(value.cluster), unless_empty(value.tags)};
  }
  static std::optional<stream_placement> from(const type& wire) {
    return stream_placement{wire.cluster.value_or(""),
                            wire.tags.value_or(std::vector<std::string>())};
  }
};

template <>
struct wire_form<subject_transform> {
  using type = transform_wire;
  static type to(const subject_transform& value) { return {value.source, value.destination}; }
  static std::optional<subject_transform> from(const type& wire) {
    return subject_transform{wire.src, wire.dest};
  }
};

template <>
struct wire_form<stream_source> {
  using type = source_wire;
  static type to(const stream_source& value) {
    type wire{.name = value.name,
              .opt_start_seq = value.start_sequence,
              .opt_start_time = value.start_time,
              .filter_subject = unless_empty(value.filter_subject),
              .subject_transforms = {},
              .external = {}};
    using transforms = wire_form<std::vector<subject_transform>>;
    if (!value.transforms.empty()) wire.subject_transforms = transforms::to(value.transforms);
    if (value.external) wire.external = external_wire{value.external->api, value.external->deliver};
    return wire;
  }
  static std::optional<stream_source> from(const type& wire) {
    stream_source value{.name = wire.name,
                        .start_sequence = wire.opt_start_seq,
                        .start_time = wire.opt_start_time,
                        .filter_subject = wire.filter_subject.value_or(""),
                        .transforms = {},
                        .external = {}};
    for (const auto& one : wire.subject_transforms.value_or(std::vector<transform_wire>()))
      value.transforms.push_back({one.src, one.dest});
    if (wire.external) value.external = external_stream{wire.external->api, wire.external->deliver};
    return value;
  }
};

template <>
struct wire_form<republication> {
  using type = republish_wire;
  static type to(const republication& value) {
    return {value.source, value.destination, value.headers_only};
  }
  static std::optional<republication> from(const type& wire) {
    return republication{wire.src.value_or(">"), wire.dest, wire.headers_only.value_or(false)};
  }
};

template <>
struct wire_form<stream_consumer_limits> {
  using type = limits_wire;
  static type to(const stream_consumer_limits& value) {
    type wire;
    if (value.inactive_threshold) wire.inactive_threshold = value.inactive_threshold->count();
    wire.max_ack_pending = value.max_ack_pending;
    return wire;
  }
  static std::optional<stream_consumer_limits> from(const type& wire) {
    stream_consumer_limits value;
    if (wire.inactive_threshold) value.inactive_threshold = duration(*wire.inactive_threshold);
    value.max_ack_pending = wire.max_ack_pending;
    return value;
  }
};

namespace {

/// A number of which -1, and 0 when it is told so, means: no limit.
constexpr field_rule limit(std::string_view name) {
  return {.name = name, .zero_is_minus_one = true};
}

/// Shows every field to `visit`, with what is known of it.
template <class Config, class Visit>
void visit_fields(Config& config, Visit visit) {
  using enum since;
  using enum change_rule;
  visit({.name = "name"}, config.name);
  visit({.name = "description"}, config.description);
  visit({.name = "subjects", .is_set = true}, config.subjects);
  visit({.name = "retention"}, config.retention);
  visit({.name = "storage", .change = fixed}, config.storage);
  visit({.name = "discard"}, config.discard);
  visit({.name = "discard_new_per_subject"}, config.discard_new_per_subject);
  visit(limit("max_msgs"), config.max_messages);
  visit(limit("max_msgs_per_subject"), config.max_messages_per_subject);
  visit(limit("max_bytes"), config.max_bytes);
  visit({.name = "max_age"}, config.max_age);
  visit(limit("max_msg_size"), config.max_message_size);
  visit(limit("max_consumers"), config.max_consumers);
  visit({.name = "duplicate_window"}, config.duplicate_window);
  visit({.name = "num_replicas"}, config.replicas);
  visit({.name = "placement"}, config.placement);
  visit({.name = "mirror", .change = fixed}, config.mirror);
  visit({.name = "sources"}, config.sources);
  visit({.name = "no_ack"}, config.no_ack);
  visit({.name = "sealed", .change = stays_set}, config.sealed);
  visit({.name = "deny_delete", .change = stays_set}, config.deny_delete);
  visit({.name = "deny_purge", .change = stays_set}, config.deny_purge);
  visit({.name = "allow_rollup_hdrs"}, config.allow_rollup);
  visit({.name = "allow_direct"}, config.allow_direct);
  visit({.name = "mirror_direct"}, config.mirror_direct);
  visit({.name = "republish"}, config.republish);
  visit({.name = "compression", .server = v2_10, .absent = "none"}, config.compression);
  visit({.name = "first_seq", .server = v2_10}, config.first_sequence);
  visit({.name = "subject_transform", .server = v2_10}, config.transform);
  visit({.name = "consumer_limits", .server = v2_10}, config.consumer_limits);
  visit({.name = "metadata", .server = v2_10}, config.metadata);
  visit({.name = "allow_msg_ttl", .server = v2_11, .change = stays_set}, config.allow_message_ttl);
  visit({.name = "subject_delete_marker_ttl", .server = v2_11}, config.subject_delete_marker_ttl);
  visit({.name = "allow_msg_counter", .server = v2_12, .change = fixed},
        config.allow_message_counter);
  visit({.name = "allow_atomic", .server = v2_12}, config.allow_atomic_publish);
  visit({.name = "allow_msg_schedules", .server = v2_12, .change = stays_set},
        config.allow_message_schedules);
  visit({.name = "persist_mode", .server = v2_12, .change = fixed, .absent = "default"},
        config.persist);
}

}  // namespace

json_fields fields_of(const stream_config& config) {
  json_fields fields;
  visit_fields(config, field_writer{fields});
  return fields;
}

stream_config stream_config_of(const json_fields& fields) {
  stream_config config;
  visit_fields(config, field_reader{fields});
  return config;
}

const std::vector<field_rule>& stream_rules() {
  static const std::vector<field_rule> rules = [] {
    std::vector<field_rule> all;
    const stream_config none;
    visit_fields(none, rule_reader{all});
    return all;
  }();
  return rules;
}

}  // namespace weir::nats::detail
