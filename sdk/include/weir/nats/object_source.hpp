// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "weir/byte_source.hpp"
#include "weir/stream.hpp"
#include "weir/task.hpp"

namespace weir::nats::detail {

/// Where the bytes of an object come from while it is stored.
class object_source {
 public:
  /// Puts bytes at the front of `into`, and gives how many; 0 at the end.
  virtual task<std::size_t> read_some(std::span<std::byte> into) = 0;

 protected:
  object_source() = default;
  object_source(const object_source&) = delete;
  object_source& operator=(const object_source&) = delete;
  ~object_source() = default;
};

/// A byte_source.
template <byte_source Source>
class object_source_of final : public object_source {
 public:
  explicit object_source_of(Source& from) noexcept : from_(from) {}

  task<std::size_t> read_some(std::span<std::byte> into) override {
    co_return co_await from_.read_some(into);
  }

 private:
  Source& from_;
};

/// Pieces of any size.
class pieces_source final : public object_source {
 public:
  explicit pieces_source(stream<std::string> from) noexcept : from_(std::move(from)) {}

  task<std::size_t> read_some(std::span<std::byte> into) override {
    while (taken_ == piece_.size()) {
      auto next = co_await from_.next();
      if (!next) co_return 0;
      piece_ = std::move(*next);
      taken_ = 0;
    }
    const std::string_view rest = std::string_view(piece_).substr(taken_, into.size());
    std::ranges::copy(std::as_bytes(std::span(rest)), into.begin());
    taken_ += rest.size();
    co_return rest.size();
  }

 private:
  stream<std::string> from_;
  std::string piece_;
  std::size_t taken_ = 0;
};

}  // namespace weir::nats::detail
