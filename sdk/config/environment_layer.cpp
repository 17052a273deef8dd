// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "layers.hpp"
#include "weir/config/masked_url.hpp"

namespace weir::detail {
namespace {

constexpr std::string_view prefix = "WEIR_";
constexpr std::string_view separator = "__";

/// A variable that people set already, and what it sets here.
struct known_variable {
  std::string_view name;
  std::string_view path;
  std::string_view unit = {};  ///< Follows a number.
};

/// Of two with the same path the later one holds.
constexpr std::array known_variables{
    known_variable{"NATS_URL", "nats.url"},
    known_variable{"DATABASE_URL", "postgres.url"},
    known_variable{"WEIR_DATABASE_CONNECTIONS", "postgres.connections"},
    known_variable{"WEIR_MIGRATIONS", "service.migrations"},
    known_variable{"WEIR_DRIVER", "service.driver"},
    known_variable{"WEIR_LOG_LEVEL", "log.level"},
    known_variable{"WEIR_LOG_FORMAT", "log.format"},
    known_variable{"OTEL_EXPORTER_OTLP_ENDPOINT", "trace.endpoint"},
    known_variable{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "trace.traces_endpoint"},
    known_variable{"OTEL_EXPORTER_OTLP_HEADERS", "trace.headers"},
    known_variable{"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "trace.headers"},
    known_variable{"OTEL_EXPORTER_OTLP_TIMEOUT", "trace.timeout", "ms"},
    known_variable{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "trace.timeout", "ms"},
    known_variable{"OTEL_EXPORTER_OTLP_PROTOCOL", "trace.protocol"},
    known_variable{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "trace.protocol"},
    known_variable{"OTEL_TRACES_EXPORTER", "trace.exporter"},
    known_variable{"OTEL_TRACES_SAMPLER", "trace.sampler"},
    known_variable{"OTEL_TRACES_SAMPLER_ARG", "trace.sampler_argument"},
    known_variable{"OTEL_SERVICE_NAME", "trace.service_name"},
    known_variable{"OTEL_RESOURCE_ATTRIBUTES", "trace.resource_attributes"},
    known_variable{"OTEL_SDK_DISABLED", "trace.disabled"},
};

const std::string* find(const settings_sources& from, std::string_view name) {
  for (const auto& [known, value] : from.environment) {
    if (known == name && !value.empty()) return &value;
  }
  return nullptr;
}

config_value loose(const std::string& variable, std::string text) {
  config_value value;
  value.kind = config_value::kinds::loose;
  value.origin = "environment " + variable;
  value.text = std::move(text);
  value.of_variable = true;
  return value;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// "nats__url" of WEIR_NATS__URL; empty for variables of another form.
std::string path_of_variable(std::string_view name) {
  if (!name.starts_with(prefix) || name.find(separator) == name.npos) return {};
  return lower_case(name.substr(prefix.size()));
}

}  // namespace

std::string section_of_variable(std::string_view name) {
  const std::string path = path_of_variable(name);
  return path.substr(0, path.find(separator));
}

std::vector<config_value> environment_layers(const settings_sources& from) {
  std::vector<config_value> layers;
  // A layer each, so that two of the same path are no contradiction.
  for (const known_variable& one : known_variables) {
    const std::string* const text = find(from, one.name);
    if (text == nullptr) continue;
    const std::string name(one.name);
    put(layers.emplace_back(), split_path(one.path, "."),
        loose(name, *text + std::string(one.unit)));
  }
  config_value& own = layers.emplace_back();
  for (const auto& [name, text] : from.environment) {
    const std::string path = path_of_variable(name);
    if (path.empty() || text.empty()) continue;
    put(own, split_path(path, separator), loose(name, text));
  }
  return layers;
}

std::vector<std::string> libpq_variables(const settings_sources& from) {
  std::vector<std::string> found;
  for (const auto& [name, text] : from.environment) {
    const std::string_view rest =
        std::string_view(name).substr(std::min<std::size_t>(2, name.size()));
    const bool is_libpq = name.starts_with("PG") && !rest.empty() &&
                          std::ranges::all_of(rest, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_libpq || text.empty()) continue;
    const bool is_secret = name.find("PASSWORD") != name.npos;
    found.push_back(name + '=' + (is_secret ? "***" : masked_url(text)));
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace weir::detail
