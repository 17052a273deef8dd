// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <type_traits>

#include "weir/error.hpp"
#include "weir/stream.hpp"

namespace weir::nats::detail {

/// What `make` makes of each item, an std::optional, without those of which it makes nothing. A
/// failure for good ends the stream; after any other it goes on.
template <class From, class Make>
stream<typename std::invoke_result_t<Make&, From>::value_type> transformed(stream<From> from,
                                                                           Make make) {
  for (;;) {
    auto came = co_await from.next().as_result();
    if (!came.has_value()) {
      if (came.error().disposition() == disposition::permanent) throw came.error();
      co_yield failed(came.error());
      continue;
    }
    if (!*came) co_return;
    if (auto made = make(std::move(**came))) co_yield std::move(*made);
  }
}

}  // namespace weir::nats::detail
