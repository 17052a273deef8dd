// SPDX-License-Identifier: Apache-2.0
#include "shown_message.hpp"

#include <fmt/format.h>

#include "dlq/body_text.hpp"
#include "printable.hpp"
#include "weir/event/json.hpp"

namespace weir::tools {
namespace {

struct header_line {
  std::string name;
  std::string value;
};

/// A line of --json.
struct message_line {
  timestamp time;
  std::string subject;
  std::optional<std::string> stream;
  std::optional<std::uint64_t> sequence;
  std::vector<header_line> headers;
  std::uint64_t bytes;
  std::optional<raw_json> json;
  std::optional<std::string> text;
  std::optional<std::string> hex;
};

std::string hex_of(std::string_view bytes) {
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

void put_body(message_line& into, const std::string& body) {
  if (auto parsed = raw_json::parse(body); parsed.has_value()) {
    // Ends of lines may stand between its values, and would be the end of this line.
    const bool is_one_line = parsed->text().find_first_of("\r\n") == std::string::npos;
    if (is_one_line) {
      into.json = std::move(*parsed);
      return;
    }
  }
  if (is_text(body)) {
    into.text = body;
  } else {
    into.hex = hex_of(body);
  }
}

}  // namespace

std::string text_of(const shown_message& one) {
  std::string text = to_rfc3339(one.time) + "  " + printable(one.subject);
  if (!one.stream.empty()) text += fmt::format("  {}:{}", printable(one.stream), one.sequence);
  text += fmt::format("  {} bytes\n", one.body.size());
  for (const auto& [name, value] : one.headers) {
    text += "  " + printable(name) + ": " + printable(value) + "\n";
  }
  return text + (one.body.empty() ? std::string() : dlq::body_text(one.body));
}

std::string json_of(const shown_message& one) {
  message_line line{.time = one.time,
                    .subject = printable(one.subject),
                    .stream = {},
                    .sequence = {},
                    .headers = {},
                    .bytes = one.body.size(),
                    .json = {},
                    .text = {},
                    .hex = {}};
  if (!one.stream.empty()) {
    line.stream = one.stream;
    line.sequence = one.sequence;
  }
  for (const auto& [name, value] : one.headers) {
    line.headers.push_back({printable(name), printable(value)});
  }
  put_body(line, one.body);
  return json::encode(line);
}

}  // namespace weir::tools
