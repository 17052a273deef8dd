// SPDX-License-Identifier: Apache-2.0
#include "service_state.hpp"

#include <algorithm>

#include "service_names.hpp"
#include "weir/driver.hpp"
#include "weir/event/json.hpp"
#include "weir/loop.hpp"
#include "weir/scope.hpp"

namespace weir::nats::detail {
namespace {

std::string random_id() {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
  constexpr int digits_a_half = 11;  // 110 random bits in all
  std::string id;
  for (int half = 0; half < 2; ++half) {
    std::uint64_t random = loop::current().random();
    for (int digit = 0; digit < digits_a_half; ++digit, random >>= 5) id += digits[random & 31];
  }
  return id;
}

timestamp wall_clock() {
  return std::chrono::floor<timestamp::duration>(loop::current().driver().wall_clock());
}

/// An error's text may hold any bytes, JSON only UTF-8.
std::string plain(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~') c = '?';
  }
  return text;
}

task<reply> reply_with(std::string text) { co_return reply{.payload = std::move(text)}; }

}  // namespace

service_state::service_state(connection& over, service_config config)
    : over_(over), config_(std::move(config)), id_(random_id()), started_(wall_clock()) {
  check_service_name("service", config_.name);
  check_service_version(config_.version);
  if (!config_.queue_group.empty()) check_queue_group(config_.queue_group);
  static_cast<void>(info());  // Throws for a text that is not UTF-8.
  answer_about("PING", &service_state::ping);
  answer_about("INFO", &service_state::info);
  answer_about("STATS", &service_state::stats);
}

void service_state::answer_about(const std::string& verb, describe what) {
  std::string subject = "$SRV." + verb;
  for (const std::string& further : {std::string(), "." + config_.name, "." + id_}) {
    subject += further;
    about_.emplace_back(over_, subject_pattern(subject),
                        [this, what](const message&) { return reply_with((this->*what)()); });
  }
}

void service_state::add(endpoint_config endpoint, const std::string& prefix,
                        const std::string& queue_group, request_handler handler) {
  check_service_name("endpoint", endpoint.name);
  endpoint.subject = prefix + (endpoint.subject.empty() ? endpoint.name : endpoint.subject);
  if (!endpoint.queue_group) endpoint.queue_group = queue_group;
  static_cast<void>(json::encode(endpoint.metadata));  // Throws for a text that is not UTF-8.
  responder answering(over_, subject_pattern(endpoint.subject), std::move(handler),
                      {.queue_group = *endpoint.queue_group, .concurrency = endpoint.concurrency});
  endpoints_.push_back({std::move(endpoint), std::move(answering)});
}

std::string service_state::ping() const {
  return json::encode(service_ping{
      .name = config_.name, .id = id_, .version = config_.version, .metadata = config_.metadata});
}

std::string service_state::info() const {
  service_info told{.name = config_.name,
                    .id = id_,
                    .version = config_.version,
                    .metadata = config_.metadata,
                    .description = config_.description,
                    .endpoints = {}};
  for (const endpoint& one : endpoints_) {
    const endpoint_config& config = one.config;
    told.endpoints.push_back({config.name, config.subject, *config.queue_group, config.metadata});
  }
  return json::encode(told);
}

std::string service_state::stats() const {
  service_stats told{.name = config_.name,
                     .id = id_,
                     .version = config_.version,
                     .metadata = config_.metadata,
                     .started = started_,
                     .endpoints = {},
                     .data = data()};
  for (const endpoint_statistics& one : statistics()) {
    const std::int64_t spent = one.counts.processing_time.count();
    const auto requests = static_cast<std::int64_t>(one.counts.requests);
    told.endpoints.push_back({.name = one.name,
                              .subject = one.subject,
                              .queue_group = one.queue_group,
                              .num_requests = one.counts.requests,
                              .num_errors = one.counts.errors,
                              .last_error = plain(one.counts.last_error),
                              .processing_time = spent,
                              .average_processing_time = requests == 0 ? 0 : spent / requests,
                              .data = told.data});
  }
  return json::encode(told);
}

std::optional<raw_json> service_state::data() const {
  if (!config_.data) return std::nullopt;
  auto given = raw_json::parse(config_.data());
  if (!given) return std::nullopt;
  return std::move(*given);
}

std::vector<endpoint_statistics> service_state::statistics() const {
  std::vector<endpoint_statistics> all;
  for (const endpoint& one : endpoints_) {
    all.push_back(
        {one.config.name, one.config.subject, *one.config.queue_group, one.answering.statistics()});
  }
  return all;
}

void service_state::reset_statistics() noexcept {
  for (endpoint& one : endpoints_) one.answering.reset_statistics();
}

task<> service_state::stop(duration limit) {
  const auto drain_endpoints = [this, limit](scope& draining) -> task<> {
    for (endpoint& one : endpoints_) draining.spawn(one.answering.drain(limit));
    co_await draining.join();
    for (responder& one : about_) draining.spawn(one.drain(limit));
    co_await draining.join();
  };
  co_await with_scope(drain_endpoints);
}

bool service_state::has_ended() const noexcept {
  return std::ranges::any_of(endpoints_, &responder::has_ended, &endpoint::answering);
}

task<> service_state::ended() {
  const auto wait_for_endpoints = [this](scope& waiting) -> task<> {
    for (endpoint& one : endpoints_) waiting.spawn(one.answering.ended());
    co_await waiting.join();
  };
  co_await with_scope(wait_for_endpoints);
}

task<> service_state::close() {
  for (endpoint& one : endpoints_) co_await one.answering.close();
  for (responder& one : about_) co_await one.close();
}

}  // namespace weir::nats::detail
