// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <type_traits>

namespace weir::detail {

/// Names the promise of a coroutine function, and refuses a function that would dangle.
///
/// A frame keeps what is passed by value. A parameter `T&&` is a reference in it, to something that
/// was given to be kept and is gone before the first suspension ends. The language tells nobody
/// whether a `const T&` was given a temporary too; that one stays the caller's to keep.
template <class Promise, class... Parameters>
struct with_kept_parameters {
  static_assert((!std::is_rvalue_reference_v<Parameters> && ...),
                "a coroutine takes what it is to keep by value: its frame would hold no more than "
                "a reference for a parameter that is a &&");
  using promise_type = Promise;
};

}  // namespace weir::detail
