// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string_view>

#include "weir/clock.hpp"
#include "weir/observe/log_field.hpp"

namespace weir {

/// How much a line matters. What is below the level of the log is not written, and costs no more
/// than a comparison.
enum class log_level : unsigned char { trace, debug, info, warning, error };

/// How lines look.
enum class log_format : unsigned char {
  automatic,  ///< journal where the journal reads, text on a terminal, else json.
  text,       ///< For people: time, level, text, fields. In colour on a terminal, see NO_COLOR.
  json,       ///< A JSON object a line.
  journal     ///< As text, without the time, behind the priority that systemd's journal reads.
};

/// "trace", "debug", "info", "warn" or "error".
std::string_view to_string(log_level value) noexcept;
/// The level of such a name, "warning" among them; none for any other text.
std::optional<log_level> log_level_of(std::string_view name) noexcept;
/// The format called "automatic", "text", "json" or "journal"; none for any other text.
std::optional<log_format> log_format_of(std::string_view name) noexcept;

/// Sets level and format, instead of what WEIR_LOG_LEVEL and WEIR_LOG_FORMAT say. Any thread may.
void configure_log(log_level level, log_format format);
/// Changes the level while the program runs. Any thread may.
void set_log_level(log_level level);
log_level current_log_level();
/// What JSON lines call the program in `service` and `version`; empty: they leave it out.
void name_log(std::string_view service, std::string_view version);

/// How many lines were lost: nobody read the log in time, or it could not be written.
std::uint64_t log_dropped();
/// Writes what is buffered, for `limit` at most; false when some is left. It blocks: for the end of
/// a program, which does it by itself when main() returns or exit() is called.
bool flush_log(duration limit);

namespace detail {
// Lets all in until the environment has been read, with the first line.
inline constinit std::atomic<log_level> log_threshold{log_level::trace};

void log(log_level level, std::string_view text, log_fields fields, std::source_location where);
}  // namespace detail

/// Whether lines of this level are written.
inline bool logs(log_level level) noexcept {
  return level >= detail::log_threshold.load(std::memory_order_relaxed);
}

/// Writes a line to standard error: a text that is the same each time, and fields for what differs.
///
///     weir::log_info("order stored", {{"order_id", order.id}, {"amount_cents", order.amount}});
///
/// Within a handler the line says by itself which message is handled. Never payloads or secrets:
/// nobody knows who reads a log. A password in a URL is masked, texts and values are cut at their
/// bounds (log_text_bytes_max, log_value_bytes_max). Of one place in the program at most
/// log_lines_per_second lines are written in a second; the rest is counted, and told as
/// `suppressed` with its next line.
///
/// It never waits while the program's loop writes the log (write_log()); what there is no room for
/// in log_buffer_bytes is dropped, counted, and told. Any thread may.
inline void log_trace(std::string_view text, log_fields fields = {},
                      std::source_location where = std::source_location::current()) {
  if (logs(log_level::trace)) detail::log(log_level::trace, text, fields, where);
}
inline void log_debug(std::string_view text, log_fields fields = {},
                      std::source_location where = std::source_location::current()) {
  if (logs(log_level::debug)) detail::log(log_level::debug, text, fields, where);
}
inline void log_info(std::string_view text, log_fields fields = {},
                     std::source_location where = std::source_location::current()) {
  if (logs(log_level::info)) detail::log(log_level::info, text, fields, where);
}
inline void log_warning(std::string_view text, log_fields fields = {},
                        std::source_location where = std::source_location::current()) {
  if (logs(log_level::warning)) detail::log(log_level::warning, text, fields, where);
}
inline void log_error(std::string_view text, log_fields fields = {},
                      std::source_location where = std::source_location::current()) {
  if (logs(log_level::error)) detail::log(log_level::error, text, fields, where);
}

/// What is buffered until the loop writes it.
inline constexpr std::size_t log_buffer_bytes = std::size_t{1} << 20;
/// A longer text is cut, and says how long it was.
inline constexpr std::size_t log_text_bytes_max = std::size_t{16} << 10;
/// The same of the value of a field.
inline constexpr std::size_t log_value_bytes_max = std::size_t{4} << 10;
/// Fields that would make a line longer are left out, and counted in `left_out`.
inline constexpr std::size_t log_line_bytes_max = std::size_t{128} << 10;
/// Of one place in the program.
inline constexpr unsigned log_lines_per_second = 100;

}  // namespace weir
