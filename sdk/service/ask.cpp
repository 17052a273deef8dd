// SPDX-License-Identifier: Apache-2.0
#include "weir/service/ask.hpp"

#include "weir/nats/service_error.hpp"

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

}  // namespace

task<nats::message> ask_for(nats::connection& over, std::string_view subject, std::string body,
                            nats::request_options options) {
  const nats::subject to(subject);
  nats::message answer = co_await nats::request(over, to, body, options);
  if (const auto failure = nats::service_error_of(answer)) throw to_error(*failure, subject);
  co_return answer;
}

error unreadable_answer(std::string_view subject, const error& why) {
  return {errc::protocol, disposition::permanent,
          std::string(subject) + " was answered with something else than its reply: " +
              why.message() + "; do both sides have the same binding?"};
}

}  // namespace weir::detail
