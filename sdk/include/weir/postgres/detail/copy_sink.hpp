// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/copy_target.hpp"

namespace weir::postgres {

/// From so many bytes on, the rows of a COPY go to the server.
inline constexpr std::size_t copy_piece_bytes = std::size_t{64} << 10;

namespace detail {

/// Rows of a COPY in their binary form on their way to the server.
class copy_sink {
 public:
  explicit copy_sink(copy_target target);
  copy_sink(const copy_sink&) = delete;
  copy_sink& operator=(const copy_sink&) = delete;
  ~copy_sink();

  /// What is appended here goes with the next send().
  std::string& bytes() noexcept { return bytes_; }
  bool is_full() const noexcept { return bytes_.size() >= copy_piece_bytes; }
  std::uint64_t next_row() noexcept { return rows_++; }
  /// Throws unless rows can be added.
  void require_open() const;

  task<> send();
  task<std::uint64_t> finish();
  task<> abort(std::string reason);

 private:
  copy_target target_;
  std::string bytes_;
  std::uint64_t rows_ = 0;
  bool is_open_ = true;
};

}  // namespace detail
}  // namespace weir::postgres
