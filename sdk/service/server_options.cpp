// SPDX-License-Identifier: Apache-2.0
#include "server_options.hpp"

#include "../nats/server_list.hpp"
#include "weir/config/secret_file.hpp"
#include "weir/enum_names.hpp"
#include "weir/error.hpp"
#include "weir/observe/log.hpp"
#include "weir/postgres/detail/read_only_conninfo.hpp"

namespace weir::detail {
namespace {

void note(std::string& problems, const service_settings& settings, const char* path,
          const error& failure) {
  if (!problems.empty()) problems += '\n';
  problems += origin_of(settings, path) + ": " + path + ": " + failure.message();
}

}  // namespace

nats::connection_options to_nats(const nats_settings& settings, const std::string& name) {
  nats::connection_options wanted;
  wanted.url = settings.url;
  wanted.name = name;
  wanted.connect_timeout = settings.connect_timeout;
  wanted.jetstream_api = settings.jetstream_api;
  wanted.credentials.user = settings.user;
  if (settings.password.file().empty()) {
    wanted.credentials.password = settings.password.reveal();
  } else {
    wanted.credentials.password_file = settings.password.file().string();
  }
  if (settings.token.file().empty()) {
    wanted.credentials.token = settings.token.reveal();
  } else {
    wanted.credentials.token_file = settings.token.file().string();
  }
  wanted.credentials.creds_file = settings.creds_file;
  wanted.credentials.nkey_seed_file = settings.nkey_seed_file;
  wanted.tls.required = settings.tls.required;
  wanted.tls.handshake_first = settings.tls.handshake_first;
  wanted.tls.ca_file = settings.tls.ca_file;
  wanted.tls.certificate_file = settings.tls.certificate_file;
  wanted.tls.key_file = settings.tls.key_file;
  wanted.tls.server_name = settings.tls.server_name;
  return wanted;
}

postgres::pool_options to_database(const postgres_settings& settings) {
  postgres::pool_options wanted;
  wanted.conninfo = settings.url;
  wanted.max_connections = settings.connections;
  wanted.connect_timeout = settings.connect_timeout;
  wanted.acquire_timeout = settings.acquire_timeout;
  if (settings.password.reveal().empty()) return wanted;
  wanted.password = [password = settings.password] {
    return password.file().empty() ? password.reveal() : read_secret_file(password.file());
  };
  return wanted;
}

tracer_settings to_tracer(const trace_settings& settings, std::string program) {
  using std::chrono::milliseconds;
  tracer_variables in{{"OTEL_SDK_DISABLED", settings.disabled ? "true" : ""},
                      {"OTEL_TRACES_EXPORTER", settings.exporter},
                      {"OTEL_EXPORTER_OTLP_PROTOCOL", settings.protocol},
                      {"OTEL_EXPORTER_OTLP_ENDPOINT", settings.endpoint},
                      {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", settings.traces_endpoint},
                      {"OTEL_EXPORTER_OTLP_HEADERS", settings.headers.reveal()},
                      {"OTEL_EXPORTER_OTLP_TIMEOUT",
                       std::to_string(std::chrono::ceil<milliseconds>(settings.timeout).count())},
                      {"OTEL_TRACES_SAMPLER", std::string(enum_name(settings.sampler).value())},
                      {"OTEL_TRACES_SAMPLER_ARG", std::to_string(settings.sampler_argument)},
                      {"OTEL_SERVICE_NAME", settings.service_name},
                      {"OTEL_RESOURCE_ATTRIBUTES", settings.resource_attributes}};
  return read_tracer_settings(in, std::move(program));
}

void set_up_log(const log_settings& settings) {
  configure_log(log_level_of(enum_name(settings.level).value()).value(),
                log_format_of(enum_name(settings.format).value()).value());
}

void check_addresses(const service_settings& settings, bool wants_database) {
  std::string problems;
  try {
    nats::detail::parse_servers(settings.nats.url);
  } catch (const error& failure) {
    note(problems, settings, "nats.url", failure);
  }
  try {
    const bool is_used = wants_database || !settings.postgres.url.empty();
    if (is_used) postgres::detail::read_only_conninfo(settings.postgres.url);
  } catch (const error& failure) {
    note(problems, settings, "postgres.url", failure);
  }
  try {
    to_tracer(settings.trace, {});
  } catch (const error& failure) {
    note(problems, settings, "trace", failure);
  }
  if (problems.empty()) return;
  throw error(errc::invalid_argument, disposition::permanent, problems);
}

}  // namespace weir::detail
