// SPDX-License-Identifier: Apache-2.0
#include "log_line.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "log_text.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t name_bytes_max = 128;
/// Of what comes from a message's event: a subject is no longer mostly.
constexpr std::size_t event_bytes_max = 512;
/// What of a line is kept for what follows the fields.
constexpr std::size_t reserved_bytes = 256;

// What every line may have, and what those of a handler have; a field of such a name would stand in
// the object twice.
constexpr std::array<std::string_view, 8> line_names{
    "time", "level", "msg", "where", "service", "version", "left_out", "suppressed"};
constexpr std::array<std::string_view, 8> event_names{
    "trace_id", "span_id", "handler", "subject", "stream", "consumer", "stream_seq", "delivery"};

bool is_taken(std::string_view name, bool has_event) {
  return std::ranges::find(line_names, name) != line_names.end() ||
         (has_event && std::ranges::find(event_names, name) != event_names.end());
}

void append_padded(std::string& to, std::uint64_t number, std::size_t digits) {
  std::array<char, 20> text;
  for (std::size_t place = digits; place-- > 0; number /= 10) {
    text[place] = static_cast<char>('0' + number % 10);
  }
  to.append(text.data(), digits);
}

template <class Number>
void append_number(std::string& to, Number number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  to.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

void append_date(std::string& to, log_field::moment time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  append_padded(to, static_cast<std::uint64_t>(std::clamp(int(date.year()), 0, 9999)), 4);
  to += '-';
  append_padded(to, unsigned(date.month()), 2);
  to += '-';
  append_padded(to, unsigned(date.day()), 2);
}

void append_time_of_day(std::string& to, log_field::moment time, std::size_t digits) {
  const auto of_day = time - std::chrono::floor<std::chrono::days>(time);
  auto rest = static_cast<std::uint64_t>(of_day.count());
  const std::uint64_t fraction = rest % 1'000'000;
  rest /= 1'000'000;
  append_padded(to, rest / 3600, 2);
  to += ':';
  append_padded(to, rest / 60 % 60, 2);
  to += ':';
  append_padded(to, rest % 60, 2);
  to += '.';
  append_padded(to, digits == 3 ? fraction / 1000 : fraction, digits);
}

/// RFC 3339 in UTC, with microseconds.
void append_time(std::string& to, log_field::moment time) {
  append_date(to, time);
  to += 'T';
  append_time_of_day(to, time, 6);
  to += 'Z';
}

/// Writes names with their values, each in the manner of its format.
class field_writer {
 public:
  field_writer(std::string& to, bool is_json) : to_(to), is_json_(is_json) {}

  void name(std::string_view text) {
    if (is_json_) {
      to_ += ",\"";
      append_log_text(to_, text, name_bytes_max, log_place::quoted);
      to_ += "\":";
    } else {
      to_ += ' ';
      append_log_text(to_, text, name_bytes_max, log_place::plain);
      to_ += '=';
    }
  }
  void text(std::string_view value, std::size_t bytes_max) {
    // For people marks are for what would not be seen as one otherwise.
    const bool is_bare = !is_json_ && !value.empty() && value.find_first_of(" =\"\\") == value.npos;
    if (is_bare) return append_log_text(to_, value, bytes_max, log_place::plain);
    to_ += '"';
    append_log_text(to_, value, bytes_max, log_place::quoted);
    to_ += '"';
  }
  void named(std::string_view what, std::string_view value) {
    if (value.empty()) return;
    name(what);
    text(value, event_bytes_max);
  }
  void named(std::string_view what, std::uint64_t value) {
    if (value == 0) return;
    name(what);
    append_number(to_, value);
  }

  void operator()(std::string_view value) { text(value, log_value_bytes_max); }
  void operator()(std::int64_t value) { append_number(to_, value); }
  void operator()(std::uint64_t value) { append_number(to_, value); }
  void operator()(double value) {
    if (std::isfinite(value)) return append_number(to_, value);
    text(std::isnan(value) ? "nan" : (value < 0 ? "-inf" : "inf"), log_value_bytes_max);
  }
  void operator()(bool value) { to_ += value ? "true" : "false"; }
  void operator()(log_field::moment value) {
    if (is_json_) to_ += '"';
    append_time(to_, value);
    if (is_json_) to_ += '"';
  }
  void operator()(const lazy_log_text& value) {
    std::string made;
    value.append(made, value.value);
    text(made, log_value_bytes_max);
  }

 private:
  std::string& to_;
  bool is_json_;
};

void append_field(field_writer& writer, const log_field& field, bool has_event) {
  if (is_taken(field.name(), has_event)) {
    writer.name("field_" + std::string(field.name()));
  } else {
    writer.name(field.name());
  }
  std::visit(writer, field.value());
}

void append_event(field_writer& writer, const event_context& event) {
  if (event.trace.is_valid()) {
    const auto trace = event.trace.trace_id_text();
    const auto span = event.trace.span_id_text();
    writer.named("trace_id", std::string_view(trace.data(), trace.size()));
    writer.named("span_id", std::string_view(span.data(), span.size()));
  }
  writer.named("handler", event.handler);
  writer.named("subject", event.subject);
  writer.named("stream", event.stream);
  writer.named("consumer", event.consumer);
  writer.named("stream_seq", event.stream_sequence);
  writer.named("delivery", event.attempt);
}

void append_fields(std::string& to, std::size_t line_begin, field_writer& writer,
                   const log_line& line) {
  std::uint64_t left_out = 0;
  for (const log_field& field : line.fields) {
    const std::size_t before = to.size();
    append_field(writer, field, line.event != nullptr);
    if (to.size() - line_begin <= log_line_bytes_max - reserved_bytes) continue;
    to.resize(before);
    ++left_out;
  }
  writer.named("left_out", left_out);
  writer.named("suppressed", line.suppressed);
}

std::string_view file_of(const log_site& site) noexcept {
  const std::string_view path = site.file;
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

void append_json(std::string& to, const log_line& line, const log_look& look) {
  const std::size_t begin = to.size();
  field_writer writer(to, true);
  to += R"({"time":")";
  append_time(to, line.time);
  to += R"(","level":")";
  to += to_string(line.level);
  to += R"(","msg":)";
  writer.text(line.text, log_text_bytes_max);
  if (line.site.line != 0) {
    to += R"(,"where":")";
    append_log_text(to, file_of(line.site), name_bytes_max, log_place::quoted);
    to += ':';
    append_number(to, line.site.line);
    to += '"';
  }
  writer.named("service", look.service);
  writer.named("version", look.version);
  if (line.event != nullptr) append_event(writer, *line.event);
  append_fields(to, begin, writer, line);
  to += "}\n";
}

std::string_view colour_of(log_level level) noexcept {
  switch (level) {
    case log_level::trace:
    case log_level::debug:
      return "\x1b[2m";
    case log_level::info:
      return "\x1b[32m";
    case log_level::warning:
      return "\x1b[33m";
    case log_level::error:
      return "\x1b[31m";
  }
  return {};
}

void append_text(std::string& to, const log_line& line, const log_look& look) {
  const std::size_t begin = to.size();
  if (look.on_terminal) {
    append_time_of_day(to, line.time, 3);
  } else {
    append_time(to, line.time);
  }
  to += ' ';
  if (look.coloured) to += colour_of(line.level);
  const std::string_view level = to_string(line.level);
  to += level;
  if (look.coloured) to += "\x1b[0m";
  to.append(6 - level.size(), ' ');
  append_log_text(to, line.text, log_text_bytes_max,
                  look.on_terminal ? log_place::terminal : log_place::plain);
  field_writer writer(to, false);
  append_fields(to, begin, writer, line);
  if (line.event != nullptr) append_event(writer, *line.event);
  to += '\n';
}

/// The journal has the time, the service and its version already.
void append_journal(std::string& to, const log_line& line) {
  constexpr std::array<char, 5> priorities{'7', '7', '6', '4', '3'};  // See syslog(3).
  const std::size_t begin = to.size();
  to += '<';
  to += priorities[static_cast<std::size_t>(line.level)];
  to += '>';
  append_log_text(to, line.text, log_text_bytes_max, log_place::plain);
  field_writer writer(to, false);
  append_fields(to, begin, writer, line);
  if (line.event != nullptr) append_event(writer, *line.event);
  to += '\n';
}

}  // namespace

void append_line(std::string& to, const log_line& line, const log_look& look) {
  switch (look.format) {
    case log_format::text:
      return append_text(to, line, look);
    case log_format::journal:
      return append_journal(to, line);
    case log_format::json:
    case log_format::automatic:
      return append_json(to, line, look);
  }
}

}  // namespace weir::detail
