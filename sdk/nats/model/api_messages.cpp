// SPDX-License-Identifier: Apache-2.0
// The operations of the API on single messages.
#include "api.hpp"

namespace weir::nats::detail::model {
namespace {

struct get_request {
  std::optional<std::uint64_t> seq;
  std::optional<std::string> last_by_subj;
  std::optional<std::string> next_by_subj;

  bool is_empty() const { return seq.value_or(0) == 0 && !last_by_subj && !next_by_subj; }
  bool is_contradictory() const { return last_by_subj && (seq.value_or(0) != 0 || next_by_subj); }
};

struct message_description {
  std::string subject;
  std::uint64_t seq = 0;
  std::optional<std::string> hdrs;
  std::optional<std::string> data;
  std::string time;
};

struct delete_request {
  std::uint64_t seq = 0;
  std::optional<bool> no_erase;
};

std::string base64_encoded(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text += i > group.size() ? '=' : digits[bits >> (18 - 6 * i) & 63];
  }
  return text;
}

const stored* find_message(const stream_store& in, const get_request& wanted) {
  if (wanted.next_by_subj) return in.next(*wanted.next_by_subj, wanted.seq.value_or(0));
  if (wanted.last_by_subj) return in.last(*wanted.last_by_subj);
  return in.find(wanted.seq.value_or(0));
}

}  // namespace

std::string header_block(const header_list& headers) {
  std::string block = "NATS/1.0\r\n";
  for (const auto& [name, value] : headers) block += name + ": " + value + "\r\n";
  return block + "\r\n";
}

void api::get_message(answer& into, const std::string& place, std::string_view body) {
  if (is_empty_request(body)) throw bad_request();
  const auto wanted = read_request<get_request>(body);
  if (wanted.is_empty() || wanted.is_contradictory()) throw bad_request();
  const stored* const found = find_message(stream_at(place).store(), wanted);
  if (found == nullptr) throw no_message_found();
  const envelope& message = *found->message;
  message_description described{.subject = message.subject,
                                .seq = found->sequence,
                                .hdrs = {},
                                .data = {},
                                .time = time_text(found->time)};
  if (!message.headers.empty()) described.hdrs = base64_encoded(header_block(message.headers));
  if (!message.payload.empty()) described.data = base64_encoded(message.payload);
  into.set("message", described);
}

void api::delete_message(answer& into, const std::string& place, std::string_view body) {
  if (is_empty_request(body)) throw bad_request();
  const auto wanted = read_request<delete_request>(body);
  stream_state& stream = stream_at(place);
  if (*stream.settings().sealed) throw stream_sealed();
  if (*stream.settings().deny_delete) throw api_fault{500, 10057, "message delete not permitted"};
  if (!stream.remove(wanted.seq)) throw api_fault{500, 10057, "no message found"};
  into.set("success", true);
}

void answer_direct_get(host& server, const stream_state& from, const std::string& subject,
                       const envelope& said) {
  get_request wanted;
  if (!subject.empty()) {
    if (!said.payload.empty()) return server.status(said.reply, 408, "Bad Request");
    wanted.last_by_subj = subject;
  } else {
    if (said.payload.empty()) return server.status(said.reply, 408, "Empty Request");
    const auto read = json::decode<get_request>(said.payload);
    if (!read.has_value()) return server.status(said.reply, 408, "Malformed Request");
    wanted = *read;
  }
  if (wanted.is_empty()) return server.status(said.reply, 408, "Empty Request");
  if (wanted.is_contradictory()) return server.status(said.reply, 408, "Bad Request");
  const stored* const found = find_message(from.store(), wanted);
  if (found == nullptr) return server.status(said.reply, 404, "Message Not Found");
  header_list headers = found->message->headers;
  headers.emplace_back("Nats-Stream", from.name());
  headers.emplace_back("Nats-Subject", found->message->subject);
  headers.emplace_back("Nats-Sequence", std::to_string(found->sequence));
  headers.emplace_back("Nats-Time-Stamp", time_text(found->time));
  server.answer(said.reply, found->message->payload, std::move(headers));
}

}  // namespace weir::nats::detail::model
