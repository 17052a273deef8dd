// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "fixture.hpp"

namespace weir::test {

/// What a connection has told, and a way to wait for it.
struct told {
  std::vector<nats::connection_event> all;
  manual_reset_event came;

  nats::connection_options listen(nats::connection_options options) {
    options.on_event = [this](const nats::connection_event& one) {
      all.push_back(one);
      came.set();
    };
    return options;
  }
  /// The first event of this kind from number `from` on.
  task<nats::connection_event> next(nats::connection_event::kind what, std::size_t from = 0) {
    for (;; ++from) {
      while (from >= all.size()) {
        came.reset();
        co_await came.wait();
      }
      if (all[from].what == what) co_return all[from];
    }
  }
};

}  // namespace weir::test
