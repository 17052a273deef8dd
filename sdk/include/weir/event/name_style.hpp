// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weir {

/// How the names of a struct's fields are written in JSON.
enum class name_style : unsigned char {
  as_declared,  ///< order_id stays order_id
  camel_case,   ///< order_id becomes orderId
};

/// The style of one struct; its nested structs have their own. To change it, beside the struct:
///
///     template <>
///     inline constexpr auto weir::json_names<order> = weir::name_style::camel_case;
template <class T>
inline constexpr name_style json_names = name_style::as_declared;

}  // namespace weir
