// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "api_fault.hpp"
#include "weir/event/raw_json.hpp"

namespace weir::nats::detail::model {

/// A stream's configuration as it stands in JSON; the names are the server's, spans nanoseconds.
///
/// What the server does not know it ignores, as this does. with_defaults() sets all that the server
/// always shows.
struct stream_settings {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::vector<std::string>> subjects;
  std::optional<std::string> retention;
  std::optional<std::int64_t> max_consumers;
  std::optional<std::int64_t> max_msgs;
  std::optional<std::int64_t> max_bytes;
  std::optional<std::int64_t> max_age;
  std::optional<std::int64_t> max_msgs_per_subject;
  std::optional<std::int64_t> max_msg_size;
  std::optional<std::string> discard;
  std::optional<std::string> storage;
  std::optional<std::int64_t> num_replicas;
  std::optional<bool> no_ack;
  std::optional<std::int64_t> duplicate_window;
  std::optional<raw_json> placement;
  std::optional<raw_json> mirror;
  std::optional<raw_json> sources;
  std::optional<raw_json> republish;
  std::optional<bool> sealed;
  std::optional<bool> deny_delete;
  std::optional<bool> deny_purge;
  std::optional<bool> allow_rollup_hdrs;
  std::optional<bool> allow_direct;
  std::optional<bool> mirror_direct;
  std::optional<bool> discard_new_per_subject;

  friend bool operator==(const stream_settings&, const stream_settings&) = default;
};

/// What the server makes of a request's configuration.
stream_settings with_defaults(stream_settings wanted);

/// Whether the server takes such a stream, on its own.
std::optional<api_fault> check(const stream_settings& wanted);
/// Whether it takes it in the place of `present`.
std::optional<api_fault> check_update(const stream_settings& present,
                                      const stream_settings& wanted);

/// Whether some subject matches both patterns.
bool patterns_collide(std::string_view one, std::string_view other);

}  // namespace weir::nats::detail::model
