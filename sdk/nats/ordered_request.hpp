// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weir/nats/ordered_consumer.hpp"

namespace weir::nats::detail {

/// The request that makes the consumer behind an ordered one; `$JS.API.` is before `operation`.
struct ordered_request {
  std::string operation;
  std::string body;
};

/// Where it begins: as the options say, or with the message `from`.
ordered_request make_ordered_request(const std::string& stream, const std::string& name,
                                     const ordered_options& options,
                                     std::optional<std::uint64_t> from);

}  // namespace weir::nats::detail
