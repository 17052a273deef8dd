// SPDX-License-Identifier: Apache-2.0
#include "ordered_request.hpp"

#include "weir/event/json.hpp"

namespace weir::nats::detail {
namespace {

/// The names are the server's; spans in nanoseconds. It keeps nothing on disk, waits for no
/// acknowledgement and delivers nothing twice, so that it costs the server next to nothing.
struct consumer_fields {
  std::string name;
  std::string deliver_policy;
  std::optional<std::uint64_t> opt_start_seq = {};
  std::optional<timestamp> opt_start_time = {};
  std::optional<std::string> filter_subject = {};
  std::optional<std::vector<std::string>> filter_subjects = {};
  std::optional<bool> headers_only = {};
  std::int64_t inactive_threshold = 0;
  std::string ack_policy = "none";
  std::int64_t max_deliver = 1;
  std::int64_t num_replicas = 1;
  bool mem_storage = true;
};

struct request_fields {
  std::string stream_name;
  consumer_fields config;
};

std::string policy_of(ordered_start start) {
  switch (start) {
    case ordered_start::all:
      return "all";
    case ordered_start::last:
      return "last";
    case ordered_start::new_messages:
      return "new";
    case ordered_start::sequence:
      return "by_start_sequence";
    case ordered_start::time:
      return "by_start_time";
    case ordered_start::last_per_subject:
      break;
  }
  return "last_per_subject";
}

}  // namespace

ordered_request make_ordered_request(const std::string& stream, const std::string& name,
                                     const ordered_options& options,
                                     std::optional<std::uint64_t> from) {
  consumer_fields config{
      .name = name,
      .deliver_policy = policy_of(from ? ordered_start::sequence : options.start),
      .inactive_threshold = options.inactive_threshold.count()};
  if (from) {
    config.opt_start_seq = *from;
  } else if (options.start == ordered_start::sequence) {
    config.opt_start_seq = options.start_sequence;
  } else if (options.start == ordered_start::time) {
    config.opt_start_time = options.start_time;
  }
  if (options.headers_only) config.headers_only = true;
  ordered_request made{.operation = "CONSUMER.CREATE." + stream + "." + name, .body = {}};
  if (options.filter_subjects.size() > 1) {
    config.filter_subjects.emplace();
    for (const auto& one : options.filter_subjects) config.filter_subjects->push_back(one.text());
  } else if (options.filter_subjects.size() == 1) {
    config.filter_subject = options.filter_subjects.front().text();
    made.operation += "." + *config.filter_subject;
  } else if (options.start == ordered_start::last_per_subject) {
    config.filter_subject = ">";  // Which the server wants for this.
    made.operation += ".>";
  }
  made.body = json::encode(request_fields{.stream_name = stream, .config = std::move(config)});
  return made;
}

}  // namespace weir::nats::detail
