// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "weir/loop.hpp"
#include "weir/sleep.hpp"

namespace weir::http {

/// Keeps a kind of work to one part in `part` of its loop's time, by paying afterwards: what was
/// done is charged, and who would do more waits until that is paid.
///
///     co_await share.wait();
///     const time_point began = loop::current().now();
///     ...
///     share.charge(loop::current().now() - began);
class loop_share {
 public:
  /// `burst` is work that may be done without waiting after as long a rest.
  loop_share(int part, duration burst) noexcept : part_(part), credit_(burst * part) {}

  void charge(duration work) noexcept {
    paid_at_ = std::max(paid_at_, loop::current().now()) + work * part_;
  }

  /// Suspends until what was done before is paid, but for the burst; of many who wait each sees
  /// what those before it have done meanwhile.
  task<> wait() {
    for (duration debt; (debt = paid_at_ - loop::current().now() - credit_) > duration::zero();) {
      co_await sleep(debt);
    }
  }

 private:
  const int part_;
  const duration credit_;
  time_point paid_at_{};
};

}  // namespace weir::http
