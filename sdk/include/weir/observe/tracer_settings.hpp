// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "weir/clock.hpp"
#include "weir/observe/sampler.hpp"

namespace weir {

/// Which traces a program records, and where it sends them.
struct tracer_settings {
  using pairs = std::vector<std::pair<std::string, std::string>>;

  /// Where spans are posted to as OTLP, "http://127.0.0.1:4318/v1/traces". Empty: nothing is
  /// recorded or sent; the traces of others are handed on all the same.
  std::string endpoint = {};
  std::string service_name = {};   ///< `service.name`: as what the program appears.
  pairs resource_attributes = {};  ///< What else is said of the program.
  /// Sent with each post, such as a key of the collector. Secret: never printed.
  pairs headers = {};
  duration timeout = std::chrono::seconds(10);  ///< Of one post.
  weir::sampler sampler = {};
};

/// Variables as OpenTelemetry defines them, by their names; what is empty counts as not set.
using tracer_variables = std::map<std::string, std::string>;

/// Reads what OpenTelemetry has variables for. A service has them from its settings, whose section
/// [trace] says the same.
///
/// | variable | meaning |
/// |---|---|
/// | OTEL_SDK_DISABLED | "true": records and sends nothing |
/// | OTEL_TRACES_EXPORTER | "otlp" (also where it is not set) or "none" |
/// | OTEL_EXPORTER_OTLP_ENDPOINT | "http://host:4318", to which "/v1/traces" is added |
/// | OTEL_EXPORTER_OTLP_TRACES_ENDPOINT | the whole URL, before the other |
/// | OTEL_EXPORTER_OTLP_HEADERS | "key=value,key=value", with %XX for what is special |
/// | OTEL_EXPORTER_OTLP_TIMEOUT | milliseconds |
/// | OTEL_EXPORTER_OTLP_PROTOCOL | "http/json", which is the only one |
/// | OTEL_SERVICE_NAME | else `service.name` of the next, else `program` |
/// | OTEL_RESOURCE_ATTRIBUTES | "key=value,key=value", with %XX for what is special |
/// | OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG | see sampler; parentbased_always_on |
///
/// HEADERS, TIMEOUT and PROTOCOL may have TRACES_ before them as well, which comes first. Without
/// an endpoint nothing is sent. Throws `invalid_argument` with the variable and what would be
/// right; of the headers it quotes nothing.
tracer_settings read_tracer_settings(const tracer_variables& in, std::string program);

}  // namespace weir
