// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stream_settings.hpp"
#include "weir/timestamp.hpp"

namespace weir::nats::detail::model {

/// A consumer's configuration as it stands in JSON; the names are the server's, spans nanoseconds.
struct consumer_settings {
  std::optional<std::string> durable_name;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> deliver_policy;
  std::optional<std::uint64_t> opt_start_seq;
  std::optional<timestamp> opt_start_time;
  std::optional<std::string> ack_policy;
  std::optional<std::int64_t> ack_wait;
  std::optional<std::int64_t> max_deliver;
  std::optional<std::vector<std::int64_t>> backoff;
  std::optional<std::string> filter_subject;
  std::optional<std::string> replay_policy;
  std::optional<std::string> sample_freq;
  std::optional<std::int64_t> max_waiting;
  std::optional<std::int64_t> max_ack_pending;
  std::optional<std::int64_t> idle_heartbeat;
  std::optional<bool> flow_control;
  std::optional<bool> headers_only;
  std::optional<std::int64_t> max_batch;
  std::optional<std::int64_t> max_expires;
  std::optional<std::int64_t> max_bytes;
  std::optional<std::string> deliver_subject;
  std::optional<std::string> deliver_group;
  std::optional<std::int64_t> inactive_threshold;
  std::optional<std::int64_t> num_replicas;
  std::optional<bool> mem_storage;

  friend bool operator==(const consumer_settings&, const consumer_settings&) = default;

  std::string_view filter() const noexcept {
    return filter_subject ? std::string_view(*filter_subject) : std::string_view();
  }
  bool is_durable() const noexcept { return durable_name.has_value(); }
  bool needs_ack() const noexcept { return ack_policy != "none"; }
};

consumer_settings with_defaults(consumer_settings wanted);

/// Whether the server takes such a consumer for that stream.
std::optional<api_fault> check(const consumer_settings& wanted, const stream_settings& of);
/// Whether it takes it in the place of `present`; the words of the server.
std::optional<std::string> check_update(const consumer_settings& present,
                                        const consumer_settings& wanted);

}  // namespace weir::nats::detail::model
