// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/codec.hpp"
#include "weir/postgres/numeric.hpp"

namespace weir::postgres::detail {

template <>
struct codec<numeric> : codec_of<numeric_type, numeric_array_type> {
  static constexpr std::string_view name = "numeric";
  static void encode(std::string& out, const numeric& value);
  static numeric decode(std::string_view bytes, oid);
};

}  // namespace weir::postgres::detail
