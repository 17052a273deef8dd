// SPDX-License-Identifier: Apache-2.0
// error: a guard with a state must be a variable, which outlives the chain
#include "weir/resilience/circuit_breaker.hpp"
#include "weir/resilience/guarded.hpp"

void make() { auto chain = weir::guarded(weir::circuit_breaker({})); }
