// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_error.hpp"
#include "connection_core.hpp"
#include "json_fields.hpp"

namespace weir::nats::detail {

/// How long a request of the JetStream API is repeated until it is answered.
inline constexpr auto api_limit = std::chrono::seconds(5);

/// The error for what the API answered; `what` is for instance "stream ORDERS".
error api_failure(const api_error& answered, const std::string& what);
/// The error of an answer that should describe `what` and does not.
error no_description(const std::string& what);

/// One request to `$JS.API.<operation>`, or where the options say that the API is; `Answer` has an
/// optional<api_error> `error`, which is left to the caller.
template <class Answer>
task<Answer> call_api(connection_core& core, std::string operation, std::string body) {
  const std::string subject = core.api_subject(operation);
  const message answer = co_await core.requests().ask(subject, body, api_limit);
  result<Answer> read = json::decode<Answer>(answer.payload());
  if (read.has_value()) co_return std::move(*read);
  throw error(errc::protocol, disposition::permanent,
              "the answer to " + subject + " is not JetStream's: " + read.error().message());
}

}  // namespace weir::nats::detail
