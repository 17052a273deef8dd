// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

namespace weir::detail {

template <class Awaitable>
auto await_value_type() {
  if constexpr (requires { typename Awaitable::value_type; }) {
    return std::type_identity<typename Awaitable::value_type>{};
  } else {
    return std::type_identity<decltype(std::declval<Awaitable&>().await_resume())>{};
  }
}

/// What `co_await` of a task or of a leaf awaitable gives.
template <class Awaitable>
using await_value = typename decltype(await_value_type<Awaitable>())::type;

}  // namespace weir::detail
