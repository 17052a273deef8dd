// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "weir/error.hpp"
#include "weir/nats/headers.hpp"
#include "weir/nats/message.hpp"

namespace weir::nats {

/// What a service answers when it cannot do what it was asked: the headers
/// `Nats-Service-Error-Code` and `Nats-Service-Error` of ADR-32.
struct service_error {
  int code = 500;  ///< chosen by the service, by custom as in HTTP
  std::string description = {};

  friend bool operator==(const service_error&, const service_error&) = default;
};

/// The error that an answer carries, if it is one. A code that is no number is given as 0.
std::optional<service_error> service_error_of(const message& answer);

/// What a handler's exception is to whoever asked: 404 for not_found, 400 for invalid arguments and
/// input, 409 for conflict, 413 for limit_exceeded, 503 for unavailable and for cancelled work, 504
/// for deadline_exceeded, else 500; the description is the exception's sentence.
service_error to_service_error(const error& failure);

/// Puts it into the headers of an answer. Control characters of the description become spaces, and
/// what is beyond 1024 bytes is cut off.
void add_to(headers& answer, const service_error& failure);

}  // namespace weir::nats
