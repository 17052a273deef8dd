// SPDX-License-Identifier: Apache-2.0
#include "stream_settings.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

#include "weir/event/subject.hpp"

namespace weir::nats::detail::model {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t default_window = nanoseconds(std::chrono::minutes(2)).count();
constexpr std::int64_t shortest_span = nanoseconds(std::chrono::milliseconds(100)).count();
constexpr std::int64_t replicas_max = 5;
constexpr std::size_t name_bytes_max = 255;

constexpr std::array<std::string_view, 3> retentions{"limits", "interest", "workqueue"};
constexpr std::array<std::string_view, 2> discards{"old", "new"};
constexpr std::array<std::string_view, 2> storages{"file", "memory"};

bool is_one_of(const std::optional<std::string>& value, std::span<const std::string_view> known) {
  return !value || std::ranges::find(known, *value) != known.end();
}

void unlimited_if_zero(std::optional<std::int64_t>& limit) {
  if (limit.value_or(0) == 0) limit = -1;
}

/// Fields that the server leaves out of its answers when they say nothing.
template <class T>
void leave_out(std::optional<T>& field, const T& nothing) {
  if (field == nothing) field.reset();
}

std::optional<api_fault> check_spans(const stream_settings& wanted) {
  const std::int64_t age = wanted.max_age.value_or(0);
  const std::int64_t window = wanted.duplicate_window.value_or(0);
  if (age > 0 && age < shortest_span) return invalid_stream("max age needs to be >= 100ms");
  if (window < 0) return invalid_stream("duplicates window can not be negative");
  if (age != 0 && window > age)
    return invalid_stream("duplicates window can not be larger then max age");
  if (window > 0 && window < shortest_span)
    return invalid_stream("duplicates window needs to be >= 100ms");
  return std::nullopt;
}

std::optional<api_fault> check_subjects(const std::vector<std::string>& subjects) {
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (std::ranges::count(subjects, subjects[i]) > 1)
      return invalid_stream("duplicate subjects detected");
    if (subject_covers("$JS.API.>", subjects[i]))
      return invalid_stream("subjects overlap with jetstream api");
    if (check_subject_pattern(subjects[i]) != subject_fault::none)
      return invalid_stream("invalid subject");
  }
  for (const std::string& one : subjects) {
    for (const std::string& other : subjects) {
      if (one != other && patterns_collide(one, other))
        return invalid_stream("subject \"" + one + "\" overlaps with \"" + other + "\"");
    }
  }
  return std::nullopt;
}

std::optional<api_fault> check_discard(const stream_settings& wanted) {
  if (!wanted.discard_new_per_subject.value_or(false)) return std::nullopt;
  if (wanted.discard != "new")
    return invalid_stream("discard new per subject requires discard new policy to be set");
  if (wanted.max_msgs_per_subject.value_or(0) <= 0)
    return invalid_stream("discard new per subject requires max msgs per subject > 0");
  return std::nullopt;
}

}  // namespace

bool patterns_collide(std::string_view one, std::string_view other) {
  while (!one.empty() && !other.empty()) {
    const std::string_view left = weir::detail::take_token(one);
    const std::string_view right = weir::detail::take_token(other);
    if (left == ">" || right == ">") return true;
    if (left != "*" && right != "*" && left != right) return false;
  }
  return one.empty() && other.empty();
}

stream_settings with_defaults(stream_settings wanted) {
  if (!wanted.retention) wanted.retention = "limits";
  if (!wanted.discard) wanted.discard = "old";
  if (!wanted.storage) wanted.storage = "file";
  if (wanted.num_replicas.value_or(0) == 0) wanted.num_replicas = 1;
  unlimited_if_zero(wanted.max_consumers);
  unlimited_if_zero(wanted.max_msgs);
  unlimited_if_zero(wanted.max_bytes);
  unlimited_if_zero(wanted.max_msgs_per_subject);
  unlimited_if_zero(wanted.max_msg_size);
  if (!wanted.max_age) wanted.max_age = 0;
  if (wanted.duplicate_window.value_or(0) == 0) {
    const bool is_short_lived = *wanted.max_age != 0 && *wanted.max_age < default_window;
    wanted.duplicate_window = is_short_lived ? *wanted.max_age : default_window;
  }
  if (wanted.subjects.value_or(std::vector<std::string>()).empty())
    wanted.subjects = {wanted.name.value_or("")};
  for (std::optional<bool>* flag :
       {&wanted.sealed, &wanted.deny_delete, &wanted.deny_purge, &wanted.allow_rollup_hdrs,
        &wanted.allow_direct, &wanted.mirror_direct}) {
    if (!*flag) *flag = false;
  }
  leave_out(wanted.description, std::string());
  leave_out(wanted.no_ack, false);
  leave_out(wanted.discard_new_per_subject, false);
  return wanted;
}

std::optional<api_fault> check(const stream_settings& wanted) {
  const std::string& name = *wanted.name;
  if (check_subject(name) != subject_fault::none || name.find('.') != std::string::npos)
    return invalid_stream("stream name is required and can not contain '.', '*', '>'");
  if (name.size() > name_bytes_max)
    return invalid_stream("stream name is too long, maximum allowed is 255");
  if (*wanted.num_replicas > replicas_max) return invalid_stream("maximum replicas is 5");
  if (*wanted.num_replicas < 0) return negative_replicas();
  if (!is_one_of(wanted.retention, retentions) || !is_one_of(wanted.discard, discards) ||
      !is_one_of(wanted.storage, storages))
    return invalid_json();
  if (const auto fault = check_spans(wanted)) return fault;
  if (*wanted.deny_purge && *wanted.allow_rollup_hdrs)
    return invalid_stream("roll-ups require the purge permission");
  if (const auto fault = check_discard(wanted)) return fault;
  if (const auto fault = check_subjects(*wanted.subjects)) return fault;
  if (wanted.mirror || wanted.sources || wanted.republish)
    return invalid_stream("the model of a server has no mirrors, sources and republishing");
  return std::nullopt;
}

std::optional<api_fault> check_update(const stream_settings& present,
                                      const stream_settings& wanted) {
  if (const auto fault = check(wanted)) return fault;
  const auto refuse = [](const char* why) {
    return invalid_stream(std::string("stream configuration ") + why);
  };
  if (wanted.name != present.name) return refuse("name must match original");
  if (wanted.max_consumers != present.max_consumers)
    return refuse("update can not change MaxConsumers");
  if (wanted.storage != present.storage) return refuse("update can not change storage type");
  if (wanted.retention != present.retention)
    return refuse("update can not change retention policy");
  if (*present.sealed && !*wanted.sealed) return refuse("update can not unseal a sealed stream");
  if (*present.deny_delete && !*wanted.deny_delete)
    return refuse("update can not cancel deny message deletes");
  if (*present.deny_purge && !*wanted.deny_purge) return refuse("update can not cancel deny purge");
  if (*wanted.num_replicas > 1) return replicas_not_supported();
  return std::nullopt;
}

}  // namespace weir::nats::detail::model
