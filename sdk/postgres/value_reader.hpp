// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/codec.hpp"

namespace weir::postgres::detail {

/// Takes the fields of a value's binary form from the front; every step throws where bytes are
/// missing.
class value_reader {
 public:
  value_reader(std::string_view bytes, std::string_view type)
      : rest_(bytes), type_(type), size_(bytes.size()) {}

  template <std::unsigned_integral U>
  U number() {
    return get_big_endian<U>(take(sizeof(U)), type_);
  }

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) wrong_size(type_, size_);
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::size_t left() const { return rest_.size(); }

  /// Throws unless everything is taken.
  void finish() const {
    if (!rest_.empty()) wrong_size(type_, size_);
  }

 private:
  std::string_view rest_;
  std::string_view type_;
  std::size_t size_;
};

}  // namespace weir::postgres::detail
