// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "account.hpp"
#include "weir/manual_reset_event.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/nats/pull_source.hpp"

namespace weir::soak {

/// The messages 0, 1, ... of an account, published and handled over one connection.
class traffic {
 public:
  traffic(nats::connection& over, account& of, std::function<void(std::uint64_t)> on_progress)
      : js_(over), account_(of), on_progress_(std::move(on_progress)) {}

  /// Makes the stream and the consumer.
  task<> make();
  /// Publishes and handles all; ends when all are handled, or all are confirmed and none comes any
  /// more. Throws where nothing comes before that.
  task<> run();

 private:
  task<> publish();
  task<> confirm(std::uint64_t number, nats::publication sent);
  task<> consume();
  task<> work(nats::pull_source& source);
  task<> handle(nats::delivery one);
  void note_handled(std::uint64_t number);
  task<> wait_drained(const nats::pull_source& source);
  /// Why nothing comes any more, as the server and the source see it.
  task<error> stuck(const nats::pull_source& source);

  nats::jetstream js_;
  account& account_;
  std::function<void(std::uint64_t)> on_progress_;
  manual_reset_event progress_;
  std::uint64_t oldest_unhandled_ = 0;
  bool all_confirmed_ = false;
};

}  // namespace weir::soak
