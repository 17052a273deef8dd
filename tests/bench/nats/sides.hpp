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

/// Publishes into the bench's stream, each message under an id of its own, and waits for every
/// confirmation.
task<cost> weir_publish(bench_server at, traffic of);
cost raw_publish(const bench_server& at, const traffic& of);
cost cnats_publish(const bench_server& at, const traffic& of);

/// Publishes without confirmations; ends when the server has read the last message.
task<cost> weir_core_publish(bench_server at, traffic of);
cost raw_core_publish(const bench_server& at, const traffic& of);
cost cnats_core_publish(const bench_server& at, const traffic& of);

/// Subscribes, says that it is ready, and takes all that the feeder publishes then.
task<cost> weir_core_subscribe(bench_server at, traffic of);
cost raw_core_subscribe(const bench_server& at, const traffic& of);
cost cnats_core_subscribe(const bench_server& at, const traffic& of);

/// Asks one question after the other, each of which another process answers with its own bytes.
task<cost> weir_request(bench_server at, traffic of);
cost raw_request(const bench_server& at, const traffic& of);
cost cnats_request(const bench_server& at, const traffic& of);

}  // namespace weir::bench
