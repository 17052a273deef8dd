// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/copy_target.hpp"

namespace weir::postgres::detail {

/// The rows of a COPY as the server sends them.
class copy_source {
 public:
  enum class came : std::uint8_t { row, nothing, end };

  explicit copy_source(copy_target target) : target_(std::move(target)) {}
  copy_source(const copy_source&) = delete;
  copy_source& operator=(const copy_source&) = delete;
  ~copy_source();

  /// The next row, where it has come.
  came take();
  /// Suspends until more has come. When it is cancelled, nothing is lost.
  task<> wait();
  /// Behind the last row: suspends until the server has said that all was well.
  task<> finish();

  /// Of the row that was taken; nothing for NULL.
  const std::optional<std::string_view>& field(std::size_t column) const { return fields_[column]; }
  oid type(std::size_t column) const { return target_.types[column]; }
  /// Counted from 0.
  std::uint64_t row_number() const noexcept { return rows_ - 1; }

 private:
  bool take_head();
  bool take_row();
  std::optional<std::string_view> part(std::size_t& at, std::size_t size) const;

  copy_target target_;
  std::string bytes_;
  std::string piece_;
  std::size_t at_ = 0;
  std::vector<std::optional<std::string_view>> fields_;
  std::uint64_t rows_ = 0;
  bool has_head_ = false;
  bool has_ended_ = false;
  bool is_open_ = true;
};

[[noreturn]] void null_copied(std::string_view field, std::uint64_t row);

}  // namespace weir::postgres::detail
