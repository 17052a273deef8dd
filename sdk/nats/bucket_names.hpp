// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/stream.hpp"

namespace weir::nats::detail {

/// Whether the text has one character at least, and only letters, digits and those in `also`.
bool consists_of(std::string_view text, std::string_view also);

/// Throws `invalid_argument`: `text` cannot be used as a `what`, by this rule.
[[noreturn]] void refuse_name(std::string_view what, std::string_view text, std::string_view rule);

/// Throws `invalid_argument` unless `bucket` can name a bucket.
void check_bucket(std::string_view bucket);

/// The buckets among these streams: those whose name begins with `prefix`, without it.
stream<std::string> bucket_names(stream<std::string> streams, std::string prefix);

}  // namespace weir::nats::detail
