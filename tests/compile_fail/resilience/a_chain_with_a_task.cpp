// SPDX-License-Identifier: Apache-2.0
// error: a chain takes a function that begins the work
#include "weir/resilience/guarded.hpp"
#include "weir/resilience/retry.hpp"

weir::task<int> ask();

weir::task<int> ask_patiently() {
  const auto chain = weir::guarded(weir::retry_policy(3));
  co_return co_await chain.run(ask());
}
