// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "job.hpp"
#include "weir/nats/headers.hpp"

namespace weir::detail {

// The headers of events as they are stored with them: "Name: value", a line each.

/// Of what the handling of this message publishes: what it is a part of, what it came of, and the
/// trace that the message belongs to.
std::string headers_after(const job& cause);
/// Of what comes of a request; `own_id` is what it is a part of where it does not say.
std::string headers_after(const nats::message& request, std::string_view own_id);
/// Of what a piece of work publishes that no message has caused.
std::string headers_of_beginning(std::string_view correlation_id);

nats::headers to_headers(std::string_view stored);

}  // namespace weir::detail
