// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/observe/counter.hpp"
#include "weir/observe/gauge.hpp"
#include "weir/observe/histogram_metric.hpp"

namespace weir::detail {

/// A message may have waited far longer than a handler runs.
std::vector<double> age_buckets();

/// The metrics of services, by name. Those of the loop and of the process are in `observe`.
struct service_families {
  // Of a consumer's messages: `stream`, `consumer`.
  counter_family fetched{
      "weir_messages_fetched_total", "Deliveries that were taken in hand.", {"stream", "consumer"}};
  counter_family acked{"weir_messages_acked_total",
                       "Messages acknowledged: handled now or before, or outdated.",
                       {"stream", "consumer"}};
  counter_family nacked{"weir_messages_nacked_total",
                        "Messages given back to the server, after a failure or unhandled.",
                        {"stream", "consumer"}};
  counter_family terminated{
      "weir_messages_terminated_total",
      "Messages ended without being handled: dead letters, discarded, expired.",
      {"stream", "consumer"}};
  counter_family in_progress{"weir_messages_in_progress_total",
                             "How often the server was told that a message is still at work.",
                             {"stream", "consumer"}};
  counter_family redelivered{"weir_messages_redelivered_total",
                             "Deliveries that were not the first of their message.",
                             {"stream", "consumer"}};
  counter_family dead_lettered{"weir_messages_dead_lettered_total",
                               "Messages given up, by the service or by the server.",
                               {"stream", "consumer"}};
  counter_family duplicate{"weir_messages_duplicate_total",
                           "Messages that came again after they had been handled.",
                           {"stream", "consumer"}};
  counter_family outdated{"weir_messages_outdated_total",
                          "Messages with a version that was not newer than the last one.",
                          {"stream", "consumer"}};
  counter_family expired{"weir_messages_expired_total",
                         "Messages ended since they were too old.",
                         {"stream", "consumer"}};
  counter_family invalid{"weir_messages_invalid_total",
                         "Deliveries whose body was no such event: broken, or of another schema.",
                         {"stream", "consumer"}};
  counter_family discarded{"weir_messages_discarded_total",
                           "Messages ended by a rule, without a dead letter.",
                           {"stream", "consumer"}};
  histogram_family age{"weir_message_age_seconds",
                       "From a message's storage in its stream to the start of its handler.",
                       {"stream", "consumer"},
                       age_buckets()};
  gauge_family pending{"weir_consumer_pending",
                       "The consumer's lag: messages in the stream that were not delivered yet.",
                       {"stream", "consumer"}};
  gauge_family ack_pending{"weir_consumer_ack_pending",
                           "Messages delivered and not acknowledged.",
                           {"stream", "consumer"}};

  // Of a handler, be it of messages, of requests or of times: `handler`, which is the name of its
  // consumer, its endpoint or its schedule.
  histogram_family handler_duration{
      "weir_handler_duration_seconds",
      "How long a try to handle took, commit included; a batch is one. Its "
      "outcome is success, failure, outage or skipped.",
      {"handler", "outcome"}};
  gauge_family inflight{"weir_handler_inflight", "Tries that are under way.", {"handler"}};
  gauge_family inflight_limit{
      "weir_handler_inflight_limit", "How many tries may be under way now.", {"handler"}};
  counter_family published{"weir_events_published_total",
                           "Events of the handler that their streams have confirmed.",
                           {"handler"}};
  counter_family published_before{"weir_events_duplicate_total",
                                  "Confirmed events that their streams had already.",
                                  {"handler"}};
  counter_family answered{
      "weir_requests_answered_total", "Requests answered with a reply.", {"handler"}};
  counter_family refused{
      "weir_requests_refused_total", "Requests answered with an error.", {"handler"}};

  // Of what may fail: `dependency`, which is a handler's name, "nats" or "postgres".
  counter_family retry{
      "weir_retry_total",
      "Failures after which the same is tried again: of a handler, or since a server is "
      "away.",
      {"dependency"}};
  gauge_family circuit_state{
      "weir_circuit_state", "A circuit breaker: 0 closed, 1 open, 2 half open.", {"dependency"}};
  counter_family circuit_transitions{
      "weir_circuit_transitions_total", "Changes of a circuit breaker's state.", {"dependency"}};

  // Of PostgreSQL.
  histogram_family query_duration{"weir_postgres_query_duration_seconds",
                                  "From a statement's way into the pipeline to its answer.",
                                  {"statement"}};
  gauge pool_in_use{"weir_postgres_pool_in_use",
                    "Connections of the pool that are used, or being opened."};
  histogram_metric pool_wait{"weir_postgres_pool_wait_seconds",
                             "How long a connection was waited for."};
  gauge_family outbox_lag{"weir_outbox_lag_seconds",
                          "The age of the oldest event that waits to be confirmed by its stream.",
                          {"table"}};
  gauge_family outbox_pending{"weir_outbox_pending",
                              "Events that wait to be confirmed by their streams; 100000 for more.",
                              {"table"}};

  gauge_family dead_letters{"weir_dead_letters",
                            "Messages in the stream that takes the dead letters of the subject.",
                            {"subject"}};
  gauge_family build{"weir_build_info",
                     "The service, and the version of weir that it is built with.",
                     {"service", "version"}};
};

/// Made at its first use, and there from then on.
const service_families& metrics_of_services();

}  // namespace weir::detail
