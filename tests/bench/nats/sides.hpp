// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "traffic.hpp"
#include "weir/task.hpp"

namespace weir::bench {

/// Takes all messages of the bench's consumer and acknowledges each; ends when the server has read
/// the last acknowledgement.
task<cost> weir_fetch(bench_server at, traffic of);
cost raw_fetch(const bench_server& at, const traffic& of);
cost cnats_fetch(const bench_server& at, const traffic& of);

/// Publishes into the bench's stream and waits for every confirmation.
task<cost> weir_publish(bench_server at, traffic of);
cost raw_publish(const bench_server& at, const traffic& of);
cost cnats_publish(const bench_server& at, const traffic& of);

/// Publishes without confirmations; ends when the server has read the last message.
task<cost> weir_core_publish(bench_server at, traffic of);
cost raw_core_publish(const bench_server& at, const traffic& of);
cost cnats_core_publish(const bench_server& at, const traffic& of);

}  // namespace weir::bench
