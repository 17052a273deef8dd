// SPDX-License-Identifier: Apache-2.0
// compiles
#include "weir/resilience/circuit_breaker.hpp"
#include "weir/resilience/guarded.hpp"
#include "weir/resilience/retry.hpp"

weir::task<int> ask();

weir::task<int> ask_patiently(weir::circuit_breaker& breaker) {
  const auto chain = weir::guarded(weir::retry_policy(3), breaker);
  co_return co_await chain.run([] { return ask(); });
}
