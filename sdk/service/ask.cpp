// SPDX-License-Identifier: Apache-2.0
#include "weir/service/ask.hpp"

#include <algorithm>

#include "event_headers.hpp"
#include "weir/nats/service_error.hpp"
#include "weir/observe/span.hpp"

namespace weir::detail {
namespace {

/// The other way of nats::to_service_error().
error to_error(const nats::service_error& answered, std::string_view subject) {
  const std::string text = std::string(subject) + " was answered with the error " +
                           std::to_string(answered.code) + ": " + answered.description;
  switch (answered.code) {
    case 400:
      return {errc::invalid_argument, disposition::permanent, text};
    case 404:
      return {errc::not_found, disposition::permanent, text};
    case 409:
      return {errc::conflict, disposition::permanent, text};
    case 413:
      return {errc::limit_exceeded, disposition::permanent, text};
    case 429:
    case 503:
      return {errc::unavailable, disposition::retry, text};
    case 408:
    case 504:
      return {errc::deadline_exceeded, disposition::retry, text};
    default:
      return {errc::unhandled_exception, disposition::retry, text};
  }
}

/// Those that were given, and the trace that the question belongs to.
nats::headers headers_for(const nats::request_options& options, const span& ask) {
  nats::headers with;
  if (options.headers != nullptr) with = *options.headers;
  if (std::ranges::any_of(with, [](const auto& one) { return is_trace_header(one.first); })) {
    return with;  // Who asks knows better.
  }
  if (ask.is_recording()) {
    add_trace(with, ask.context());
  } else if (const trace_context* const around = current_trace()) {
    add_trace(with, *around);
  }
  return with;
}

}  // namespace

task<nats::message> ask_for(nats::connection& over, std::string_view subject, std::string body,
                            nats::request_options options) {
  const nats::subject to(subject);
  span ask(subject, {.kind = span_kind::client});
  if (ask.is_recording()) ask.rename("ask " + std::string(subject));
  ask.set("messaging.system", "nats");
  ask.set("messaging.destination.name", subject);
  const nats::headers with = headers_for(options, ask);
  if (!with.empty()) options.headers = &with;
  auto answered = co_await nats::request(over, to, body, options).as_result();
  if (answered) {
    const auto failure = nats::service_error_of(*answered);
    if (!failure) co_return std::move(*answered);
    answered = to_error(*failure, subject);
  }
  ask.fail(answered.error());
  throw answered.error();
}

error unreadable_answer(std::string_view subject, const error& why) {
  return {errc::protocol, disposition::permanent,
          std::string(subject) + " was answered with something else than its reply: " +
              why.message() + "; do both sides have the same binding?"};
}

}  // namespace weir::detail
