// SPDX-License-Identifier: Apache-2.0
#include "consumer_settings.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "weir/event/subject.hpp"

namespace weir::nats::detail::model {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t default_ack_wait = nanoseconds(std::chrono::seconds(30)).count();
constexpr std::int64_t default_max_waiting = 512;
constexpr std::int64_t default_max_ack_pending = 1000;
constexpr std::int64_t shortest_expires = nanoseconds(std::chrono::milliseconds(1)).count();
constexpr std::size_t name_bytes_max = 255;

constexpr std::array<std::string_view, 6> deliver_policies{
    "all", "last", "new", "by_start_sequence", "by_start_time", "last_per_subject"};
constexpr std::array<std::string_view, 3> ack_policies{"none", "all", "explicit"};

/// The server leaves a field out of its answers when it says nothing.
template <class T>
void leave_out(std::optional<T>& field) {
  if (field == T{}) field.reset();
}

std::optional<api_fault> check_pull(const consumer_settings& wanted, const stream_settings& of) {
  if (!wanted.needs_ack() && of.retention == "workqueue")
    return api_fault{400, 10084, "consumer in pull mode requires ack policy"};
  if (wanted.max_waiting.value_or(0) < 0)
    return api_fault{400, 10087, "consumer max waiting needs to be positive"};
  if (wanted.idle_heartbeat)
    return api_fault{400, 10088, "consumer idle heartbeat requires a push based consumer"};
  if (wanted.flow_control)
    return api_fault{400, 10089, "consumer flow control requires a push based consumer"};
  if (wanted.max_batch.value_or(0) < 0)
    return api_fault{400, 10114, "consumer max request batch needs to be > 0"};
  if (wanted.max_expires && *wanted.max_expires < shortest_expires)
    return api_fault{400, 10115, "consumer max request expires needs to be >= 1ms"};
  return std::nullopt;
}

std::optional<api_fault> check_filter(const consumer_settings& wanted, const stream_settings& of) {
  if (!wanted.filter_subject) return std::nullopt;
  const std::string& filter = *wanted.filter_subject;
  const bool is_valid = check_subject_pattern(filter) == subject_fault::none;
  const bool has_wildcard = filter.find_first_of("*>") != std::string::npos;
  const bool fits =
      is_valid && std::ranges::any_of(*of.subjects, [&](const std::string& subject) {
        return subject_covers(subject, filter) || (has_wildcard && subject_covers(filter, subject));
      });
  if (fits) return std::nullopt;
  return api_fault{400, 10093,
                   "consumer filter subject is not a valid subset of the interest subjects"};
}

/// Whether the place to begin goes with the policy.
std::optional<api_fault> check_start(const consumer_settings& wanted) {
  const std::string& policy = *wanted.deliver_policy;
  const bool by_sequence = policy == "by_start_sequence";
  const bool by_time = policy == "by_start_time";
  std::string is_named = policy;
  std::ranges::replace(is_named, '_', ' ');
  const auto refuse = [&](const std::string& why) {
    return api_fault{400, 10094,
                     "consumer delivery policy is deliver " + is_named + ", but optional " + why};
  };
  if (by_sequence && !wanted.opt_start_seq) return refuse("start sequence is not set");
  if (by_time && !wanted.opt_start_time) return refuse("start time is not set");
  const char* const sequence = by_time ? "start start sequence" : "start sequence";
  if (wanted.opt_start_seq && !by_sequence) return refuse(std::string(sequence) + " is also set");
  if (wanted.opt_start_time && !by_time) return refuse("start time is also set");
  if (policy == "last_per_subject" && !wanted.filter_subject)
    return refuse("filter subject is not set");
  return std::nullopt;
}

std::optional<api_fault> check_name_of(const consumer_settings& wanted) {
  const std::string& name = wanted.durable_name ? *wanted.durable_name : wanted.name.value_or("x");
  if (wanted.durable_name && wanted.name && wanted.name != wanted.durable_name) {
    return api_fault{400, 10132, "Consumer Durable and Name have to be equal if both are provided"};
  }
  if (name.size() > name_bytes_max)
    return api_fault{400, 10102, "consumer name is too long, maximum allowed is 255"};
  if (name.find_first_of(" \t\r\n\f.*>") != std::string::npos)
    return api_fault{400, 10103, "durable name can not contain '.', '*', '>'"};
  return std::nullopt;
}

}  // namespace

consumer_settings with_defaults(consumer_settings wanted) {
  leave_out(wanted.durable_name);
  leave_out(wanted.name);
  leave_out(wanted.description);
  leave_out(wanted.opt_start_seq);
  leave_out(wanted.backoff);
  leave_out(wanted.filter_subject);
  leave_out(wanted.sample_freq);
  leave_out(wanted.idle_heartbeat);
  leave_out(wanted.flow_control);
  leave_out(wanted.headers_only);
  leave_out(wanted.max_batch);
  leave_out(wanted.max_expires);
  leave_out(wanted.max_bytes);
  leave_out(wanted.deliver_subject);
  leave_out(wanted.deliver_group);
  leave_out(wanted.inactive_threshold);
  leave_out(wanted.mem_storage);
  if (!wanted.deliver_policy) wanted.deliver_policy = "all";
  if (!wanted.ack_policy) wanted.ack_policy = "none";
  if (!wanted.replay_policy) wanted.replay_policy = "instant";
  if (!wanted.num_replicas) wanted.num_replicas = 0;
  if (wanted.max_waiting.value_or(0) == 0) wanted.max_waiting = default_max_waiting;
  if (wanted.ack_wait.value_or(0) == 0) wanted.ack_wait.reset();
  if (!wanted.ack_wait && wanted.needs_ack()) wanted.ack_wait = default_ack_wait;
  if (wanted.max_deliver.value_or(0) == 0) wanted.max_deliver = -1;
  if (wanted.backoff) wanted.ack_wait = wanted.backoff->front();
  if (wanted.max_ack_pending.value_or(0) == 0) wanted.max_ack_pending.reset();
  if (!wanted.max_ack_pending && wanted.needs_ack())
    wanted.max_ack_pending = default_max_ack_pending;
  return wanted;
}

std::optional<api_fault> check(const consumer_settings& wanted, const stream_settings& of) {
  const bool is_known =
      std::ranges::find(deliver_policies, *wanted.deliver_policy) != deliver_policies.end() &&
      std::ranges::find(ack_policies, *wanted.ack_policy) != ack_policies.end();
  if (!is_known) return invalid_json();
  if (*wanted.num_replicas < 0) return negative_replicas();
  if (*wanted.num_replicas > *of.num_replicas)
    return api_fault{400, 10126, "consumer config replica count exceeds parent stream"};
  if (wanted.backoff && *wanted.max_deliver <= static_cast<std::int64_t>(wanted.backoff->size())) {
    return api_fault{400, 10116, "max deliver is required to be > length of backoff values"};
  }
  if (wanted.deliver_subject)
    return api_fault{400, 10080, "the model of a server has no push consumers"};
  if (const auto fault = check_pull(wanted, of)) return fault;
  if (const auto fault = check_filter(wanted, of)) return fault;
  if (const auto fault = check_start(wanted)) return fault;
  return check_name_of(wanted);
}

std::optional<std::string> check_update(const consumer_settings& present,
                                        const consumer_settings& wanted) {
  if (wanted.deliver_policy != present.deliver_policy) return "deliver policy can not be updated";
  if (wanted.opt_start_seq != present.opt_start_seq) return "start sequence can not be updated";
  if (wanted.opt_start_time != present.opt_start_time) return "start time can not be updated";
  if (wanted.ack_policy != present.ack_policy) return "ack policy can not be updated";
  if (wanted.replay_policy != present.replay_policy) return "replay policy can not be updated";
  if (wanted.max_waiting != present.max_waiting) return "max waiting can not be updated";
  return std::nullopt;
}

}  // namespace weir::nats::detail::model
