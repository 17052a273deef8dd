// SPDX-License-Identifier: Apache-2.0
#include "letter.hpp"

#include <charconv>
#include <iterator>

namespace weir::dlq {
namespace {

std::string text_of(const header_list& headers, std::string_view name) {
  return std::string(last_header(headers, name).value_or(""));
}

std::optional<std::uint64_t> number_of(const header_list& headers, std::string_view name) {
  const auto text = last_header(headers, name);
  if (!text) return std::nullopt;
  std::uint64_t value = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool is_whole = read.ec == std::errc() && read.ptr == text->data() + text->size();
  return is_whole ? std::optional(value) : std::nullopt;
}

/// What the service wrote behind the cause: a message published by hand from a cut letter brings
/// such headers of its own, which stand before.
header_list behind_cause(const header_list& headers) {
  auto from = headers.end();
  while (from != headers.begin() && std::prev(from)->first != "Weir-Cause") --from;
  return {from, headers.end()};
}

}  // namespace

std::optional<std::string_view> last_header(const header_list& headers, std::string_view name) {
  for (auto one = headers.rbegin(); one != headers.rend(); ++one) {
    if (one->first == name) return one->second;
  }
  return std::nullopt;
}

std::optional<letter> read_letter(letter_place at, const header_list& headers) {
  const auto cause = last_header(headers, "Weir-Cause");
  const auto subject = last_header(headers, "Weir-Subject");
  if (!cause || !subject) return std::nullopt;
  letter read;
  read.at = std::move(at);
  read.cause = *cause;
  read.subject = *subject;
  read.error_code = text_of(headers, "Weir-Error-Code");
  read.disposition = text_of(headers, "Weir-Disposition");
  read.attempts = number_of(headers, "Weir-Attempts").value_or(0);
  read.from_stream = text_of(headers, "Weir-Stream");
  read.from_sequence = number_of(headers, "Weir-Stream-Sequence").value_or(0);
  read.consumer = text_of(headers, "Weir-Consumer");
  read.message_id = text_of(headers, "Weir-Message-Id");
  read.trace = text_of(headers, "traceparent");
  read.published_at = parse_rfc3339(text_of(headers, "Weir-Published-At"));
  const header_list own = behind_cause(headers);
  read.failed_at = parse_rfc3339(text_of(own, "Weir-Failed-At"));
  read.whole_body_bytes = number_of(own, "Weir-Body-Bytes");
  read.id = text_of(headers, "Nats-Msg-Id");
  return read;
}

std::string origin_of(const letter& of) {
  return of.from_stream + ":" + std::to_string(of.from_sequence);
}

std::string place_of(const letter& of) {
  return of.at.stream + ":" + std::to_string(of.at.sequence);
}

}  // namespace weir::dlq
