// SPDX-License-Identifier: Apache-2.0
#include "consumer_codec.hpp"

namespace weir::nats::detail {

template <>
inline constexpr std::array wire_names<deliver_policy>{
    std::pair{deliver_policy::all, std::string_view("all")},
    std::pair{deliver_policy::last, std::string_view("last")},
    std::pair{deliver_policy::new_messages, std::string_view("new")},
    std::pair{deliver_policy::by_start_sequence, std::string_view("by_start_sequence")},
    std::pair{deliver_policy::by_start_time, std::string_view("by_start_time")},
    std::pair{deliver_policy::last_per_subject, std::string_view("last_per_subject")}};
template <>
inline constexpr std::array wire_names<ack_policy>{
    std::pair{ack_policy::none, std::string_view("none")},
    std::pair{ack_policy::all, std::string_view("all")},
    std::pair{ack_policy::explicit_ack, std::string_view("explicit")}};
template <>
inline constexpr std::array wire_names<replay_policy>{
    std::pair{replay_policy::instant, std::string_view("instant")},
    std::pair{replay_policy::original, std::string_view("original")}};
template <>
inline constexpr std::array wire_names<priority_policy>{
    std::pair{priority_policy::none, std::string_view("none")},
    std::pair{priority_policy::overflow, std::string_view("overflow")},
    std::pair{priority_policy::pinned_client, std::string_view("pinned_client")},
    std::pair{priority_policy::prioritized, std::string_view("prioritized")}};

namespace {

/// Shows every field to `visit`, with what is known of it.
template <class Config, class Visit>
void visit_fields(Config& config, Visit visit) {
  using enum since;
  using enum change_rule;
  visit({.name = "durable_name"}, config.durable);
  visit({.name = "description"}, config.description);
  visit({.name = "deliver_policy", .change = fixed}, config.deliver);
  visit({.name = "opt_start_seq", .change = fixed}, config.start_sequence);
  visit({.name = "opt_start_time", .change = fixed}, config.start_time);
  visit({.name = "ack_policy", .change = fixed}, config.ack);
  visit({.name = "ack_wait"}, config.ack_wait);
  visit({.name = "max_deliver", .zero_is_minus_one = true}, config.max_deliver);
  visit({.name = "backoff"}, config.backoff);
  visit({.name = "filter_subject"}, config.filter_subject);
  visit({.name = "filter_subjects", .server = v2_10, .is_set = true}, config.filter_subjects);
  visit({.name = "replay_policy", .change = fixed}, config.replay);
  visit({.name = "rate_limit_bps"}, config.rate_limit_bps);
  visit({.name = "sample_freq"}, config.sample_frequency);
  visit({.name = "max_waiting", .change = fixed}, config.max_waiting);
  visit({.name = "max_ack_pending"}, config.max_ack_pending);
  visit({.name = "headers_only"}, config.headers_only);
  visit({.name = "max_batch"}, config.max_batch);
  visit({.name = "max_expires"}, config.max_expires);
  visit({.name = "max_bytes"}, config.max_bytes);
  visit({.name = "inactive_threshold"}, config.inactive_threshold);
  visit({.name = "num_replicas"}, config.replicas);
  visit({.name = "mem_storage", .change = fixed}, config.memory_storage);
  visit({.name = "metadata", .server = v2_10}, config.metadata);
  visit({.name = "pause_until", .server = v2_11}, config.pause_until);
  visit({.name = "priority_groups", .server = v2_11, .is_set = true}, config.priority_groups);
  visit({.name = "priority_policy", .server = v2_11, .absent = "none"}, config.priority);
  visit({.name = "priority_timeout", .server = v2_11}, config.priority_timeout);
}

}  // namespace

json_fields fields_of(const consumer_config& config) {
  json_fields fields;
  visit_fields(config, field_writer{fields});
  return fields;
}

consumer_config consumer_config_of(const json_fields& fields) {
  consumer_config config;
  visit_fields(config, field_reader{fields});
  return config;
}

const std::vector<field_rule>& consumer_rules() {
  static const std::vector<field_rule> rules = [] {
    std::vector<field_rule> all;
    const consumer_config none;
    visit_fields(none, rule_reader{all});
    return all;
  }();
  return rules;
}

}  // namespace weir::nats::detail
