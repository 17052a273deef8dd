// SPDX-License-Identifier: Apache-2.0
// error: guarded() takes guards
#include "weir/resilience/backoff.hpp"
#include "weir/resilience/guarded.hpp"

void make() { auto chain = weir::guarded(weir::fixed({})); }
