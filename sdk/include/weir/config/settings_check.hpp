// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weir {
namespace detail {
class settings_reader;
struct struct_shape;
}  // namespace detail

/// How a struct of settings says what is wrong with it beyond the types of its fields: it has a
/// member function check(), which is called when all layers are read.
///
///     struct shop_settings {
///       std::uint16_t items_max = 100;
///
///       void check(const weir::settings_check& found) const {
///         if (items_max == 0) found.refuse("items_max", "it must be 1 at least");
///       }
///     };
///
/// It collects: all complaints are reported, together with those about other sections.
class settings_check {
 public:
  /// For weir's own reading.
  settings_check(detail::settings_reader& reader, const detail::struct_shape& shape,
                 const void* object) noexcept
      : reader_(reader), shape_(shape), object_(object) {}

  /// The field `key` cannot stay as it is; `remedy` says what would be right. The report names
  /// where the value comes from, and the value.
  void refuse(std::string_view key, std::string_view remedy) const;

 private:
  detail::settings_reader& reader_;
  const detail::struct_shape& shape_;
  const void* object_;
};

}  // namespace weir
