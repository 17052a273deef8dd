// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>

#include "api.hpp"
#include "base64.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats {
namespace {

struct message_body {
  std::string subject;
  std::uint64_t seq = 0;
  std::optional<std::string> data;
  std::optional<std::string> hdrs;
  timestamp time;
};

struct message_answer {
  std::optional<message_body> message;
  std::optional<detail::api_error> error;
};

struct deleted_answer {
  std::optional<detail::api_error> error;
};

struct message_request {
  std::optional<std::uint64_t> seq;
  std::optional<std::string> last_by_subj;
  std::optional<std::string> next_by_subj;
};

struct delete_request {
  std::uint64_t seq;
  bool no_erase;
};

/// What a direct get says in headers that the message itself does not have.
constexpr std::array<std::string_view, 6> direct_headers{"Nats-Stream",      "Nats-Subject",
                                                         "Nats-Sequence",    "Nats-Time-Stamp",
                                                         "Nats-Num-Pending", "Nats-Last-Sequence"};

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

error no_data(const std::string& what) {
  return {errc::protocol, disposition::permanent, what + ": the server's answer has no data"};
}

task<stored_message> get_from_leader(detail::connection_core& core, std::string stream,
                                     message_request request, std::string what) {
  auto answer = co_await detail::call_api<message_answer>(core, "STREAM.MSG.GET." + stream,
                                                          json::encode(request));
  if (answer.error) throw detail::api_failure(*answer.error, what);
  const message_body stored = answer.message.value_or(message_body{});
  const auto payload = detail::base64_decoded(stored.data.value_or(""));
  const auto block = detail::base64_decoded(stored.hdrs.value_or(""));
  if (!answer.message || !payload || !block) throw no_data(what);
  co_return stored_message{.subject = stored.subject,
                           .sequence = stored.seq,
                           .time = stored.time,
                           .payload = *payload,
                           .headers = parse_block(*block)};
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.begin(), text.end(), value);
  return read.ec == std::errc() && read.ptr == text.end() ? value : 0;
}

stored_message read_direct(const message& answer, const std::string& what) {
  if (const auto status = answer.header("Status"); status && answer.payload().empty()) {
    const std::string text = what + ": the server refused: " +
                             std::string(answer.header("Description").value_or("no reason given")) +
                             " (code " + std::string(*status) + ")";
    throw error(*status == "404" ? errc::not_found : errc::invalid_argument, disposition::permanent,
                text);
  }
  const auto sequence = answer.header("Nats-Sequence");
  const auto subject = answer.header("Nats-Subject");
  const auto time = parse_rfc3339(answer.header("Nats-Time-Stamp").value_or(""));
  if (!sequence || !subject || !time) throw no_data(what);
  stored_message read{.subject = std::string(*subject),
                      .sequence = number_of(*sequence),
                      .time = *time,
                      .payload = std::string(answer.payload()),
                      .headers = answer.headers()};
  std::erase_if(read.headers, [](const auto& one) {
    return std::ranges::find(direct_headers, one.first) != direct_headers.end();
  });
  return read;
}

task<stored_message> get_direct(detail::connection_core& core, std::string stream,
                                message_request request, std::string what) {
  const std::string body = json::encode(request);
  const result<message> answer =
      co_await core.requests()
          .ask(core.api_subject("DIRECT.GET." + stream), body, detail::api_limit)
          .as_result();
  if (answer.has_value()) co_return read_direct(*answer, what);
  if (!answer.error().is(errc::unavailable)) throw answer.error();
  throw error(
      errc::unavailable, disposition::retry,
      what + ": " + answer.error().message() + ". Direct gets need the stream's allow_direct");
}

task<stored_message> get(detail::connection_core& core, std::string stream, message_request request,
                         std::string what, get_from from) {
  check_name("stream", stream);
  what += " of stream " + stream;
  if (from == get_from::any_replica)
    co_return co_await get_direct(core, std::move(stream), std::move(request), std::move(what));
  co_return co_await get_from_leader(core, std::move(stream), std::move(request), std::move(what));
}

}  // namespace

task<stored_message> jetstream::get_message(std::string stream, std::uint64_t sequence,
                                            get_from from) {
  message_request request;
  request.seq = sequence;
  co_return co_await get(*core_, std::move(stream), request, "message " + std::to_string(sequence),
                         from);
}

task<stored_message> jetstream::last_message(std::string stream, std::string subject,
                                             get_from from) {
  message_request request;
  request.last_by_subj = subject_pattern(subject).text();
  co_return co_await get(*core_, std::move(stream), std::move(request),
                         "the last message on " + subject, from);
}

task<stored_message> jetstream::next_message(std::string stream, std::string subject,
                                             std::uint64_t from_sequence, get_from from) {
  message_request request;
  request.seq = from_sequence;
  request.next_by_subj = subject_pattern(subject).text();
  co_return co_await get(
      *core_, std::move(stream), std::move(request),
      "a message on " + subject + " from " + std::to_string(from_sequence) + " on", from);
}

task<> jetstream::delete_message(std::string stream, std::uint64_t sequence, erasure how) {
  check_name("stream", stream);
  const delete_request request{.seq = sequence, .no_erase = how == erasure::unlink};
  const auto answer = co_await detail::call_api<deleted_answer>(
      *core_, "STREAM.MSG.DELETE." + stream, json::encode(request));
  if (answer.error)
    throw detail::api_failure(*answer.error,
                              "message " + std::to_string(sequence) + " of stream " + stream);
}

}  // namespace weir::nats
