// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/observe/metrics.hpp"

namespace weir::bench {

/// The time of one look at the metrics over HTTP, from the connection to the last byte, in
/// milliseconds; the median of some, by a client on the server's own loop, whose work it has in it.
double scrape_over_http(metrics_format format, const metrics_registry& of);

}  // namespace weir::bench
