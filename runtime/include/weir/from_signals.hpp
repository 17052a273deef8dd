// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/signals.hpp"
#include "weir/stream.hpp"

namespace weir {

/// The numbers of the signals of a set as they come, without end.
///
/// `source` must outlive the stream. A next() that is cancelled takes no signal, and the stream can
/// be asked again.
///
///     weir::signal_set signals{SIGTERM, SIGHUP};
///     auto go_on = [](int number) { return number != SIGTERM; };
///     co_await (weir::from_signals(signals) | weir::take_while(go_on) |
///               weir::for_each(read_settings));
inline stream<int> from_signals(signal_set& source) {
  for (;;) {
    const auto number = co_await source.next().as_result();
    if (number.has_value()) {
      co_yield *number;
    } else if (number.error().is_cancelled()) {
      co_yield failed(number.error());
    } else {
      throw number.error();
    }
  }
}

}  // namespace weir
