// SPDX-License-Identifier: Apache-2.0
#include "traced.hpp"

#include <doctest/doctest.h>

#include "watchdog.hpp"
#include "weir/config/load_settings.hpp"
#include "weir/sleep.hpp"

namespace weir::test {

using namespace std::chrono_literals;

namespace {

task<> run_traced(const service& which, const variables& extra, traced_story story,
                  office_floor on) {
  collector with;
  with.open();
  variables all = {{"OTEL_EXPORTER_OTLP_ENDPOINT", with.url()},
                   {"OTEL_EXPORTER_OTLP_HEADERS", "x-key=canary"}};
  for (const auto& [name, value] : extra) all[name] = value;
  const settings_sources from{.environment = {all.begin(), all.end()}};
  const service_settings settings = load_settings(from, on.settings);
  std::exception_ptr failure;
  std::optional<shift> running;
  try {
    const office_floor inside{on.link, on.jetstream, on.database, on.nats, on.postgres, settings};
    const traced_floor at{inside, with, which, running};
    co_await story(at);
  } catch (...) {
    failure = std::current_exception();
  }
  if (running) co_await running->close();
  co_await with.close();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void play_traced(const service& which, traced_story story, const variables& extra) {
  allow(120s);
  post_office().tell([&](office_floor on) { return run_traced(which, extra, story, on); });
}

task<std::uint64_t> send_letter(office_floor on, std::string body, std::string traceparent) {
  const nats::subject to(bind<Letter>::subject);
  nats::headers with;
  if (!traceparent.empty()) with.add("traceparent", traceparent);
  if (!traceparent.empty()) with.add("tracestate", "shop=1");
  nats::publish_options how;
  if (!with.empty()) how.headers = &with;
  const auto stored = co_await on.jetstream.publish(to, body, how);
  co_return stored.sequence;
}

std::string of_trace(bool sampled) {
  return "00-" + std::string(trace_id) + "-" + std::string(producer) + (sampled ? "-01" : "-00");
}

std::string header_of(const nats::stored_message& stored, std::string_view name) {
  for (const auto& [key, value] : stored.headers) {
    if (key == name) return value;
  }
  return "(none)";
}

task<nats::stored_message> message_at(nats::jetstream& jetstream, std::string stream,
                                      std::uint64_t sequence) {
  for (;;) {
    const auto stored = co_await jetstream.get_message(stream, sequence).as_result();
    if (stored) co_return *stored;
    co_await sleep(5ms);
  }
}

received_span only(const collector& with, std::string_view name) {
  const auto found = with.named(name);
  CAPTURE(name);
  REQUIRE(found.size() == 1);
  return found.front();
}

std::string parent_of(const received_span& one) {
  return "00-" + one.trace_id + "-" + one.span_id + "-01";
}

}  // namespace weir::test
