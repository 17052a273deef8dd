// SPDX-License-Identifier: Apache-2.0
#include "protocol_writer.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>

namespace weir::nats::detail {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view block_begin = "NATS/1.0\r\n";
constexpr std::string_view msg_id_name = "Nats-Msg-Id";

/// Of a number that counts bytes or messages.
constexpr std::size_t digits_max = std::numeric_limits<std::uint64_t>::digits10 + 1;
/// What stands between the texts of a publication at most: its verb, blanks and line ends.
constexpr std::size_t framing_bytes = 32;

void append_number(std::string& to, std::uint64_t number) {
  std::array<char, digits_max> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  to.append(digits.data(), written.ptr);
}

char* put(char* at, std::string_view text) noexcept {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* put(char* at, std::uint64_t number) noexcept {
  return std::to_chars(at, at + digits_max, number).ptr;
}

char* put_header(char* at, std::string_view name, std::string_view value) noexcept {
  return put(put(put(put(at, name), ": "), value), line_end);
}

std::size_t header_size(std::string_view name, std::string_view value) {
  return name.size() + 2 + value.size() + line_end.size();
}

/// "VERB SUBJECT [REPLY] ", in front of the sizes.
char* put_addresses(char* at, std::string_view verb, const outgoing& message) noexcept {
  at = put(put(put(at, verb), message.subject), " ");
  return message.reply.empty() ? at : put(put(at, message.reply), " ");
}

/// The header block; its size is known.
char* put_headers(char* at, const outgoing& message) noexcept {
  at = put(at, block_begin);
  if (!message.msg_id.empty()) at = put_header(at, msg_id_name, message.msg_id);
  if (message.headers != nullptr) at = put(at, message.headers->lines());
  return put(at, line_end);
}

}  // namespace

void append_publication(std::string& to, const outgoing& message) {
  const bool has_headers = message.headers != nullptr && !message.headers->empty();
  std::size_t block = 0;
  if (has_headers || !message.msg_id.empty()) {
    block = block_begin.size() + line_end.size();
    if (!message.msg_id.empty()) block += header_size(msg_id_name, message.msg_id);
    if (has_headers) block += message.headers->lines().size();
  }
  const std::size_t before = to.size();
  to.resize(before + framing_bytes + 2 * digits_max + message.subject.size() +
            message.reply.size() + block);
  char* at = to.data() + before;
  at = put_addresses(at, block == 0 ? "PUB " : "HPUB ", message);
  if (block > 0) at = put(put(at, std::uint64_t{block}), " ");
  at = put(put(at, std::uint64_t{block + message.payload.size()}), line_end);
  if (block > 0) at = put_headers(at, message);
  to.resize(static_cast<std::size_t>(at - to.data()));
  // Not by resize() too, which would fill the place of a payload with zeros first.
  to.append(message.payload).append(line_end);
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
