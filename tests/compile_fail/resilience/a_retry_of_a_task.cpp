// SPDX-License-Identifier: Apache-2.0
// error: a retry takes a function that begins an attempt
#include "weir/resilience/retry.hpp"

weir::task<int> ask();

weir::task<int> ask_patiently() { co_return co_await weir::retry(weir::retry_policy(3), ask()); }
