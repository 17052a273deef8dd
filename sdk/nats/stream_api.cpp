// SPDX-License-Identifier: Apache-2.0
#include "api.hpp"
#include "base64.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats {
namespace {

using detail::api_error;
using detail::set_field;

struct state_answer {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  std::uint64_t consumer_count = 0;
};

struct stream_answer {
  std::optional<detail::json_fields> config;
  std::optional<state_answer> state;
  std::optional<api_error> error;
};

struct done_answer {
  std::optional<std::uint64_t> purged;
  std::optional<api_error> error;
};

struct message_body {
  std::string subject;
  std::uint64_t seq = 0;
  std::optional<std::string> data;
  std::optional<std::string> hdrs;
  timestamp time;
};

struct message_answer {
  std::optional<message_body> message;
  std::optional<api_error> error;
};

struct message_request {
  std::uint64_t seq;
};

std::string_view wire_name(retention_policy value) {
  switch (value) {
    case retention_policy::limits:
      return "limits";
    case retention_policy::interest:
      return "interest";
    case retention_policy::work_queue:
      break;
  }
  return "workqueue";
}

template <class T, class Name>
std::optional<std::string> named(const std::optional<T>& value, Name name) {
  if (!value) return std::nullopt;
  return std::string(name(*value));
}

detail::json_fields fields_of(const stream_config& wanted) {
  detail::json_fields fields;
  set_field(fields, "name", wanted.name);
  if (!wanted.subjects.empty()) set_field(fields, "subjects", wanted.subjects);
  set_field(fields, "retention",
            named(wanted.retention, [](retention_policy value) { return wire_name(value); }));
  set_field(fields, "storage", named(wanted.storage, [](storage_type value) {
              return value == storage_type::file ? "file" : "memory";
            }));
  set_field(fields, "discard", named(wanted.discard, [](discard_policy value) {
              return value == discard_policy::old_messages ? "old" : "new";
            }));
  set_field(fields, "max_msgs", wanted.max_messages);
  set_field(fields, "max_bytes", wanted.max_bytes);
  set_field(fields, "max_age", wanted.max_age);
  set_field(fields, "duplicate_window", wanted.duplicate_window);
  set_field(fields, "num_replicas", wanted.replicas);
  return fields;
}

nats::stream_info info_of(const stream_answer& answer, const std::string& name) {
  if (answer.error) throw detail::api_failure(*answer.error, "stream " + name);
  if (!answer.config) throw detail::no_description("stream " + name);
  const state_answer state = answer.state.value_or(state_answer{});
  nats::stream_info info{.name = name,
                         .subjects = {},
                         .messages = state.messages,
                         .bytes = state.bytes,
                         .first_sequence = state.first_seq,
                         .last_sequence = state.last_seq,
                         .consumers = state.consumer_count};
  const auto subjects = answer.config->find("subjects");
  if (subjects != answer.config->end())
    info.subjects = json::decode<std::vector<std::string>>(subjects->second.text()).value();
  return info;
}

/// The header block of a stored message: "NATS/1.0\r\nname: value\r\n...\r\n".
std::vector<std::pair<std::string, std::string>> parse_block(std::string_view block) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (bool status_line = true; !block.empty(); status_line = false) {
    const std::size_t end = std::min(block.find("\r\n"), block.size());
    const std::string_view line = block.substr(0, end);
    block.remove_prefix(std::min(end + 2, block.size()));
    const std::size_t colon = line.find(':');
    if (status_line || colon == std::string_view::npos) continue;
    const std::size_t value = std::min(line.find_first_not_of(' ', colon + 1), line.size());
    entries.emplace_back(line.substr(0, colon), line.substr(value));
  }
  return entries;
}

}  // namespace

task<stream_info> jetstream::ensure_stream(stream_config wanted) {
  check_name("stream", wanted.name);
  for (const auto& pattern : wanted.subjects) static_cast<void>(subject_pattern(pattern));
  const detail::json_fields fields = fields_of(wanted);
  auto present = co_await detail::call_api<stream_answer>(*core_, "STREAM.INFO." + wanted.name, "");
  std::string operation = "STREAM.CREATE.";
  std::string body;
  if (!present.error && present.config) {
    if (!detail::merge(*present.config, fields)) co_return info_of(present, wanted.name);
    operation = "STREAM.UPDATE.";
    body = json::encode(*present.config);
  } else if (present.error && present.error->code == 404) {
    body = json::encode(fields);
  } else {
    co_return info_of(present, wanted.name);  // Throws what the server said.
  }
  const auto made = co_await detail::call_api<stream_answer>(*core_, operation + wanted.name, body);
  co_return info_of(made, wanted.name);
}

task<stream_info> jetstream::stream_info(std::string name) {
  check_name("stream", name);
  const auto answer = co_await detail::call_api<stream_answer>(*core_, "STREAM.INFO." + name, "");
  co_return info_of(answer, name);
}

task<> jetstream::delete_stream(std::string name) {
  check_name("stream", name);
  const auto answer = co_await detail::call_api<done_answer>(*core_, "STREAM.DELETE." + name, "");
  if (answer.error) throw detail::api_failure(*answer.error, "stream " + name);
}

task<std::uint64_t> jetstream::purge_stream(std::string name) {
  check_name("stream", name);
  const auto answer = co_await detail::call_api<done_answer>(*core_, "STREAM.PURGE." + name, "");
  if (answer.error) throw detail::api_failure(*answer.error, "stream " + name);
  co_return answer.purged.value_or(0);
}

task<stored_message> jetstream::get_message(std::string stream, std::uint64_t sequence) {
  check_name("stream", stream);
  const std::string what = "message " + std::to_string(sequence) + " of stream " + stream;
  auto answer = co_await detail::call_api<message_answer>(*core_, "STREAM.MSG.GET." + stream,
                                                          json::encode(message_request{sequence}));
  if (answer.error) throw detail::api_failure(*answer.error, what);
  const message_body stored = answer.message.value_or(message_body{});
  const auto payload = detail::base64_decoded(stored.data.value_or(""));
  const auto block = detail::base64_decoded(stored.hdrs.value_or(""));
  if (!answer.message || !payload || !block)
    throw error(errc::protocol, disposition::permanent, what + ": the server's answer has no data");
  co_return stored_message{.subject = stored.subject,
                           .sequence = stored.seq,
                           .time = stored.time,
                           .payload = *payload,
                           .headers = parse_block(*block)};
}

}  // namespace weir::nats
