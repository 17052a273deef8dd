// SPDX-License-Identifier: Apache-2.0
#include "otlp_json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weir::detail {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// Flags of a span and of a link, beside those of its traceparent.
constexpr unsigned sampled_flag = 0x1;
constexpr unsigned knows_whether_remote_flag = 0x100;
constexpr unsigned remote_flag = 0x200;

constexpr int status_error = 2;

/// How many bytes the character in front of `text` has, or 0 where it is none in UTF-8.
std::size_t character_size(std::string_view text) {
  const auto at = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
  for (std::size_t index = 1; index < size; ++index) {
    if ((at(index) & 0xc0) != 0x80) return 0;
  }
  // Forms that are too long, halves of pairs, and what is past U+10FFFF.
  const unsigned second = at(1);
  const bool is_wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return is_wrong ? 0 : size;
}

void append_escape(std::string& to, char c) {
  if (c == '"' || c == '\\') {
    to += '\\';
    to += c;
  } else {
    const auto value = static_cast<unsigned char>(c);
    to += "\\u00";
    to += hex_digits[value >> 4];
    to += hex_digits[value & 15];
  }
}

void append_text(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) {
      to += "\xef\xbf\xbd";  // U+FFFD
    } else if (size == 1 && (text[0] == '"' || text[0] == '\\' || text[0] < ' ')) {
      append_escape(to, text[0]);
    } else {
      to += text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  to += '"';
}

template <std::size_t Size>
void append_hex(std::string& to, const std::array<std::byte, Size>& bytes) {
  to += '"';
  for (const std::byte one : bytes) {
    to += hex_digits[std::to_integer<std::size_t>(one >> 4)];
    to += hex_digits[std::to_integer<std::size_t>(one & std::byte{15})];
  }
  to += '"';
}

template <class Number>
void append_number(std::string& to, Number value) {
  char text[32];
  to.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void append_quoted(std::string& to, std::int64_t value) {
  to += '"';
  append_number(to, value);
  to += '"';
}

// The kinds of a value.
void append_value(std::string& to, const std::string& text) {
  to += R"("stringValue":)";
  append_text(to, text);
}
void append_value(std::string& to, bool value) {
  to += value ? R"("boolValue":true)" : R"("boolValue":false)";
}
void append_value(std::string& to, std::int64_t value) {
  to += R"("intValue":)";
  append_quoted(to, value);
}
void append_value(std::string& to, double value) {
  to += R"("doubleValue":)";
  if (std::isnan(value)) {
    to += R"("NaN")";
  } else if (std::isinf(value)) {
    to += value > 0 ? R"("Infinity")" : R"("-Infinity")";
  } else {
    append_number(to, value);
  }
}

template <class Value>
void append_attribute(std::string& to, std::string_view key, const Value& value) {
  to += R"({"key":)";
  append_text(to, key);
  to += R"(,"value":{)";
  append_value(to, value);
  to += "}}";
}

void append_time(std::string& to, std::chrono::system_clock::time_point when) {
  append_quoted(
      to, std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count());
}

void append_flags(std::string& to, bool sampled, bool is_remote) {
  to += R"(,"flags":)";
  append_number(to, knows_whether_remote_flag | (sampled ? sampled_flag : 0U) |
                        (is_remote ? remote_flag : 0U));
}

void append_attributes(std::string& to, const span_record& of) {
  if (of.attributes.empty()) return;
  to += R"(,"attributes":[)";
  for (const auto& [key, value] : of.attributes) {
    if (to.back() != '[') to += ',';
    std::visit([&to, &key](const auto& known) { append_attribute(to, key, known); }, value);
  }
  to += ']';
}

void append_links(std::string& to, const span_record& of) {
  if (of.links.empty()) return;
  to += R"(,"links":[)";
  for (const auto& one : of.links) {
    to += to.back() == '[' ? R"({"traceId":)" : R"(,{"traceId":)";
    append_hex(to, one.trace_id);
    to += R"(,"spanId":)";
    append_hex(to, one.span_id);
    append_flags(to, one.sampled, true);
    to += '}';
  }
  to += ']';
}

void append_count(std::string& to, std::string_view name, std::uint32_t count) {
  if (count == 0) return;
  to.append(",\"").append(name).append("\":");
  append_number(to, count);
}

}  // namespace

std::string otlp_begin(const tracer_settings& settings) {
  std::string text = R"({"resourceSpans":[{"resource":{"attributes":[)";
  append_attribute(text, "service.name", settings.service_name);
  const auto add = [&text](std::string_view key, const std::string& value) {
    text += ',';
    append_attribute(text, key, value);
  };
  add("telemetry.sdk.name", "weir");
  add("telemetry.sdk.language", "cpp");
  add("telemetry.sdk.version", WEIR_VERSION);
  for (const auto& [key, value] : settings.resource_attributes) add(key, value);
  text += R"(]},"scopeSpans":[{"scope":{"name":"weir","version":)";
  append_text(text, WEIR_VERSION);
  return text + R"(},"spans":[)";
}

void append_otlp_span(std::string& to, const span_record& one) {
  to += R"({"traceId":)";
  append_hex(to, one.context.trace_id);
  to += R"(,"spanId":)";
  append_hex(to, one.context.span_id);
  if (!one.context.state.empty()) {
    to += R"(,"traceState":)";
    append_text(to, one.context.state);
  }
  if (one.parent_id != std::array<std::byte, 8>{}) {
    to += R"(,"parentSpanId":)";
    append_hex(to, one.parent_id);
  }
  append_flags(to, true, one.has_remote_parent);
  to += R"(,"name":)";
  append_text(to, one.name);
  to += R"(,"kind":)";
  append_number(to, static_cast<int>(one.kind));
  to += R"(,"startTimeUnixNano":)";
  append_time(to, one.begun_at);
  to += R"(,"endTimeUnixNano":)";
  append_time(to, one.begun_at + one.took);
  append_attributes(to, one);
  append_count(to, "droppedAttributesCount", one.dropped_attributes);
  append_links(to, one);
  append_count(to, "droppedLinksCount", one.dropped_links);
  if (one.has_failed) {
    to += R"(,"status":{"message":)";
    append_text(to, one.failure);
    to += R"(,"code":)";
    append_number(to, status_error);
    to += '}';
  }
  to += '}';
}

}  // namespace weir::detail
