// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/tracer_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "otlp_endpoint.hpp"
#include "weir/error.hpp"

namespace weir {
namespace {

constexpr std::size_t pairs_max = 128;
constexpr std::int64_t timeout_ms_max = 10 * 60 * 1000;
constexpr std::string_view service_name_key = "service.name";

[[noreturn]] void refuse(std::string_view variable, std::string_view text) {
  throw error(errc::invalid_argument, disposition::permanent, fmt::format("{} {}", variable, text));
}

/// A variable that is empty counts as not set, as OpenTelemetry has it.
std::string value_of(const tracer_variables& in, const std::string& name) {
  const auto found = in.find(name);
  return found == in.end() ? std::string() : found->second;
}

/// A variable of the exporter: the one for traces alone, or that for all signals.
struct exporter_variable {
  std::string name;
  std::string value;
};
exporter_variable of_exporter(const tracer_variables& in, const std::string& what) {
  exporter_variable found{.name = "OTEL_EXPORTER_OTLP_TRACES_" + what, .value = {}};
  found.value = value_of(in, found.name);
  if (!found.value.empty()) return found;
  found.name = "OTEL_EXPORTER_OTLP_" + what;
  found.value = value_of(in, found.name);
  return found;
}

bool is_true(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text == "true";
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t";
  const std::size_t first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// Nothing for what has a "%" without two digits behind it.
std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      plain += text[at];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(at + 1, 2);
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() < 2 || failure != std::errc() || end != digits.data() + digits.size()) {
      return std::nullopt;
    }
    plain += static_cast<char>(value);
    at += 2;
  }
  return plain;
}

/// "key=value,key=value". Nothing of it is quoted: it may be secret.
tracer_settings::pairs read_pairs(const exporter_variable& from) {
  tracer_settings::pairs read;
  for (std::string_view left = from.value; !left.empty();) {
    const std::size_t end = std::min(left.find(','), left.size());
    const std::string_view one = trimmed(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    if (one.empty()) continue;
    const std::size_t sign = one.find('=');
    const auto key = decoded(trimmed(one.substr(0, sign)));
    const auto value = sign == one.npos ? std::nullopt : decoded(trimmed(one.substr(sign + 1)));
    if (!key || key->empty() || !value) {
      refuse(from.name, fmt::format("is wrong in its entry {}; each must be key=value, with commas "
                                    "between them and %XX for what is special",
                                    read.size() + 1));
    }
    if (read.size() == pairs_max) {
      refuse(from.name, fmt::format("has more than {} entries", pairs_max));
    }
    read.emplace_back(*key, *value);
  }
  return read;
}

duration read_timeout(const tracer_variables& in) {
  const exporter_variable from = of_exporter(in, "TIMEOUT");
  if (from.value.empty()) return tracer_settings().timeout;
  std::int64_t count = 0;
  const char* const last = from.value.data() + from.value.size();
  const auto [end, failure] = std::from_chars(from.value.data(), last, count);
  if (failure != std::errc() || end != last || count <= 0 || count > timeout_ms_max) {
    refuse(from.name, fmt::format("is '{}'; it must be a number of milliseconds from 1 to {}",
                                  from.value, timeout_ms_max));
  }
  return std::chrono::milliseconds(count);
}

void check_protocol(const tracer_variables& in) {
  const exporter_variable from = of_exporter(in, "PROTOCOL");
  if (from.value.empty() || from.value == "http/json") return;
  refuse(from.name, fmt::format("is '{}'; weir speaks http/json, which collectors take on the same "
                                "port as http/protobuf (4318)",
                                from.value));
}

std::string read_endpoint(const tracer_variables& in) {
  const std::string whole = value_of(in, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  if (!whole.empty()) {
    detail::read_otlp_endpoint("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", whole);
    return whole;
  }
  std::string base = value_of(in, "OTEL_EXPORTER_OTLP_ENDPOINT");
  if (base.empty()) return {};
  while (base.ends_with('/')) base.pop_back();
  base += "/v1/traces";
  detail::read_otlp_endpoint("OTEL_EXPORTER_OTLP_ENDPOINT", base);
  return base;
}

bool is_off(const tracer_variables& in) {
  if (is_true(value_of(in, "OTEL_SDK_DISABLED"))) return true;
  const std::string exporter = value_of(in, "OTEL_TRACES_EXPORTER");
  if (exporter == "none") return true;
  if (exporter.empty() || exporter == "otlp") return false;
  refuse("OTEL_TRACES_EXPORTER", fmt::format("is '{}'; weir knows otlp and none", exporter));
}

}  // namespace

tracer_settings read_tracer_settings(const tracer_variables& in, std::string program) {
  tracer_settings read;
  read.service_name = std::move(program);
  if (is_off(in)) return read;
  read.endpoint = read_endpoint(in);
  if (read.endpoint.empty()) return read;
  check_protocol(in);
  read.timeout = read_timeout(in);
  read.headers = read_pairs(of_exporter(in, "HEADERS"));
  detail::check_otlp_headers(read.headers);
  read.resource_attributes =
      read_pairs({"OTEL_RESOURCE_ATTRIBUTES", value_of(in, "OTEL_RESOURCE_ATTRIBUTES")});
  for (const auto& [key, value] : read.resource_attributes) {
    if (key == service_name_key) read.service_name = value;
  }
  std::erase_if(read.resource_attributes,
                [](const auto& one) { return one.first == service_name_key; });
  const std::string name = value_of(in, "OTEL_SERVICE_NAME");
  if (!name.empty()) read.service_name = name;
  const std::string sampler_name = value_of(in, "OTEL_TRACES_SAMPLER");
  if (!sampler_name.empty()) {
    read.sampler = sampler::from_name(sampler_name, value_of(in, "OTEL_TRACES_SAMPLER_ARG"));
  }
  return read;
}

}  // namespace weir
