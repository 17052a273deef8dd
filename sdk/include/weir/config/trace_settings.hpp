// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "weir/clock.hpp"
#include "weir/config/secret.hpp"
#include "weir/config/settings_check.hpp"

namespace weir {

/// The section [trace]: what the variables of OpenTelemetry say, by those names.
struct trace_settings {
  enum class samplers : std::uint8_t {
    always_on,
    always_off,
    traceidratio,
    parentbased_always_on,
    parentbased_always_off,
    parentbased_traceidratio,
  };

  /// OTEL_EXPORTER_OTLP_ENDPOINT: the collector's base URL, "http://localhost:4318"; spans go to
  /// /v1/traces there. Empty: nothing is sent.
  std::string endpoint = {};
  /// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: the whole URL for spans, in place of the above.
  std::string traces_endpoint = {};
  /// OTEL_EXPORTER_OTLP_TRACES_HEADERS or OTEL_EXPORTER_OTLP_HEADERS: "key=value,key=value".
  secret<std::string> headers = {};
  /// OTEL_EXPORTER_OTLP_TRACES_TIMEOUT or OTEL_EXPORTER_OTLP_TIMEOUT (there in milliseconds).
  duration timeout = std::chrono::seconds(10);
  /// OTEL_EXPORTER_OTLP_TRACES_PROTOCOL or OTEL_EXPORTER_OTLP_PROTOCOL: the only one there is.
  std::string protocol = "http/json";
  /// OTEL_TRACES_EXPORTER: "otlp", or "none".
  std::string exporter = "otlp";
  /// OTEL_TRACES_SAMPLER.
  samplers sampler = samplers::parentbased_always_on;
  /// OTEL_TRACES_SAMPLER_ARG: of the ratios, from 0 to 1.
  double sampler_argument = 1.0;
  /// OTEL_SERVICE_NAME; else `service.name` of the next, else the service's name.
  std::string service_name = {};
  /// OTEL_RESOURCE_ATTRIBUTES: "key=value,key=value".
  std::string resource_attributes = {};
  /// OTEL_SDK_DISABLED.
  bool disabled = false;

  void check(const settings_check& found) const;
};

}  // namespace weir
