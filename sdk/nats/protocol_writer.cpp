// SPDX-License-Identifier: Apache-2.0
#include "protocol_writer.hpp"

#include <array>
#include <charconv>

namespace weir::nats::detail {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view block_begin = "NATS/1.0\r\n";
constexpr std::string_view msg_id_name = "Nats-Msg-Id";

void append_number(std::string& to, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  to.append(digits.data(), written.ptr);
}

void append_header(std::string& to, std::string_view name, std::string_view value) {
  to.append(name).append(": ").append(value).append(line_end);
}

std::size_t header_size(std::string_view name, std::string_view value) {
  return name.size() + 2 + value.size() + line_end.size();
}

/// "SUBJECT [REPLY] ", in front of the sizes.
void append_addresses(std::string& to, const outgoing& message) {
  to.append(message.subject, message.subject_size).append(1, ' ');
  if (message.reply != nullptr) to.append(message.reply).append(1, ' ');
}

}  // namespace

void append_publication(std::string& to, const outgoing& message) {
  const std::string_view msg_id = message.msg_id == nullptr ? "" : message.msg_id;
  const bool has_headers = message.headers != nullptr && !message.headers->empty();
  if (msg_id.empty() && !has_headers) {
    to += "PUB ";
    append_addresses(to, message);
    append_number(to, message.payload.size());
    to.append(line_end).append(message.payload).append(line_end);
    return;
  }
  std::size_t block = block_begin.size() + line_end.size();
  if (!msg_id.empty()) block += header_size(msg_id_name, msg_id);
  if (has_headers) block += message.headers->wire_size();
  to += "HPUB ";
  append_addresses(to, message);
  append_number(to, block);
  to += ' ';
  append_number(to, block + message.payload.size());
  to.append(line_end).append(block_begin);
  if (!msg_id.empty()) append_header(to, msg_id_name, msg_id);
  if (has_headers) {
    for (const auto& one : *message.headers) append_header(to, one.first, one.second);
  }
  to.append(line_end).append(message.payload).append(line_end);
}

void append_subscription(std::string& to, std::uint64_t number, std::string_view pattern,
                         std::string_view queue_group) {
  to.append("SUB ").append(pattern).append(1, ' ');
  if (!queue_group.empty()) to.append(queue_group).append(1, ' ');
  append_number(to, number);
  to += line_end;
}

void append_end_of_subscription(std::string& to, std::uint64_t number, std::uint64_t after) {
  to += "UNSUB ";
  append_number(to, number);
  if (after > 0) {
    to += ' ';
    append_number(to, after);
  }
  to += line_end;
}

}  // namespace weir::nats::detail
