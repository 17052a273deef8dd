// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "weir/config/byte_size.hpp"
#include "weir/config/detail/own_section.hpp"
#include "weir/config/secret.hpp"
#include "weir/config/settings_check.hpp"
#include "weir/detail/type_name.hpp"

namespace weir {
namespace detail {

[[noreturn]] void refuse_settings(std::string_view type);

}  // namespace detail

/// The settings that the running service has read into its section of this type:
///
///     weir::task<> charge(OrderCreated order, weir::tx& db) {
///       if (order.amount_cents >= weir::settings<shop_settings>().free_shipping_from) ...
///
/// See service::settings(). Valid and unchanged while the service runs. Throws `invalid_argument`
/// where no running service has such a section.
template <class T>
const T& settings() {
  const auto& in_force = detail::settings_in_force<T>;
  if (in_force.empty()) detail::refuse_settings(detail::type_name<T>());
  return *static_cast<const T*>(in_force.back());
}

}  // namespace weir
