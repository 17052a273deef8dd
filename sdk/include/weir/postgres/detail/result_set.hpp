// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "weir/postgres/detail/codec.hpp"

struct pg_result;

namespace weir::postgres::detail {

struct result_deleter {
  void operator()(pg_result* result) const noexcept;
};
using result_handle = std::unique_ptr<pg_result, result_deleter>;

/// The answer to one statement, as the server sent it; views point into it.
class result_set {
 public:
  result_set() = default;
  explicit result_set(result_handle result) noexcept : result_(std::move(result)) {}

  int row_count() const noexcept;
  int column_count() const noexcept;
  std::string_view column_name(int column) const noexcept;
  oid column_type(int column) const noexcept;
  bool is_null(int row, int column) const noexcept;
  std::string_view bytes(int row, int column) const noexcept;
  /// Rows that the statement changed, or gave.
  std::uint64_t affected() const noexcept;
  /// In bytes, as good as the library knows.
  std::size_t memory_size() const noexcept;
  /// The command tag, such as "COMMIT"; empty where no answer came.
  std::string_view command() const noexcept;

 private:
  result_handle result_;
};

}  // namespace weir::postgres::detail
