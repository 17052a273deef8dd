// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/log.hpp"

#include <spdlog/sinks/sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include "log_core.hpp"

namespace weir {
namespace {

constexpr std::array<std::string_view, 5> level_names{"trace", "debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 4> format_names{"automatic", "text", "json", "journal"};

template <class Value, std::size_t Count>
std::optional<Value> value_of(const std::array<std::string_view, Count>& names,
                              std::string_view name) noexcept {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Value>(found - names.begin());
}

spdlog::level::level_enum to_spdlog(log_level level) noexcept {
  return static_cast<spdlog::level::level_enum>(level);
}

/// Takes in what a program, or a library that it uses, logs by spdlog itself.
class log_sink final : public spdlog::sinks::sink {
 public:
  explicit log_sink(detail::log_core& core) : core_(core) {}

  void log(const spdlog::details::log_msg& said) override {
    const auto level = std::min(static_cast<std::size_t>(said.level), level_names.size() - 1);
    detail::log_line line{.time = {},
                          .level = static_cast<log_level>(level),
                          .text = {said.payload.data(), said.payload.size()}};
    if (!said.source.empty()) {
      line.site = {said.source.filename, static_cast<unsigned>(said.source.line)};
    }
    core_.write(line);
  }
  void flush() override { core_.flush(detail::log_flush_limit); }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  detail::log_core& core_;
};

/// The log of the program: its buffer, and the way of others to it.
struct program_log {
  program_log() {
    logger->set_level(to_spdlog(log_level::trace));
    spdlog::set_default_logger(logger);
    std::atexit([] {
      detail::log_core::instance().tell_suppressed(true);
      detail::log_core::instance().flush(detail::log_flush_limit);
    });
  }

  detail::log_core core{STDERR_FILENO};
  std::shared_ptr<spdlog::logger> logger =
      std::make_shared<spdlog::logger>("weir", std::make_shared<log_sink>(core));
};

void set_level(program_log& in, log_level level) {
  detail::log_threshold.store(level, std::memory_order_relaxed);
  in.logger->set_level(to_spdlog(level));
}

/// The value of a variable, or what stands for it where it is not set. A wrong one is told of.
template <class Value>
Value from_environment(program_log& in, const char* name, Value otherwise,
                       std::optional<Value> (*parse)(std::string_view) noexcept,
                       std::string_view known) {
  const char* const text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise;
  if (const auto value = parse(text)) return *value;
  const std::array<log_field, 3> fields{log_field("variable", name), log_field("value", text),
                                        log_field("known", known)};
  in.core.write({.time = {},
                 .level = log_level::warning,
                 .text = "a variable has a value that is not known, and is left out",
                 .fields = fields});
  return otherwise;
}

/// Made by the first line, or by who sets it up before.
program_log& the_log() {
  static program_log& made = []() -> program_log& {
    auto& log = *new program_log;  // Never destroyed: lines come until the very end.
    const auto format = from_environment(log, "WEIR_LOG_FORMAT", log_format::automatic,
                                         log_format_of, "automatic, text, json, journal");
    if (format != log_format::automatic) log.core.set_look(format);
    set_level(log, from_environment(log, "WEIR_LOG_LEVEL", log_level::info, log_level_of,
                                    "trace, debug, info, warn, error"));
    return log;
  }();
  return made;
}

}  // namespace

std::string_view to_string(log_level value) noexcept {
  return level_names[static_cast<std::size_t>(value)];
}

std::optional<log_level> log_level_of(std::string_view name) noexcept {
  return value_of<log_level>(level_names, name == "warning" ? "warn" : name);
}

std::optional<log_format> log_format_of(std::string_view name) noexcept {
  return value_of<log_format>(format_names, name);
}

void configure_log(log_level level, log_format format) {
  the_log().core.set_look(format);
  set_level(the_log(), level);
}

void set_log_level(log_level level) { set_level(the_log(), level); }

log_level current_log_level() {
  the_log();
  return detail::log_threshold.load(std::memory_order_relaxed);
}

void name_log(std::string_view service, std::string_view version) {
  the_log().core.set_names(service, version);
}

std::uint64_t log_dropped() { return the_log().core.dropped(); }

bool flush_log(duration limit) { return the_log().core.flush(limit); }

namespace detail {

log_core& log_core::instance() { return the_log().core; }

void log(log_level level, std::string_view text, log_fields fields, std::source_location where) {
  log_core& core = log_core::instance();
  if (!logs(level)) return;  // The first line may be below what the environment wants.
  core.write({.time = {},
              .level = level,
              .text = text,
              .fields = {fields.begin(), fields.size()},
              .site = {where.file_name(), where.line()}});
}

}  // namespace detail
}  // namespace weir
