// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>

#include "weir/assert.hpp"
#include "weir/socket_calls.hpp"

namespace weir::detail {

/// The path that a Unix socket was bound to, removed with its end.
class bound_path {
 public:
  bound_path() noexcept = default;
  explicit bound_path(const socket_address& address) noexcept : address_(address) {}
  bound_path(bound_path&& other) noexcept : address_(std::exchange(other.address_, std::nullopt)) {}
  bound_path& operator=(bound_path&& other) noexcept {
    if (this != &other) {
      remove();
      address_ = std::exchange(other.address_, std::nullopt);
    }
    return *this;
  }
  ~bound_path() { remove(); }

  const socket_address& address() const noexcept {
    WEIR_ASSERT(address_.has_value());
    return *address_;
  }

 private:
  void remove() noexcept {
    if (address_) current_socket_calls().remove_path(*address_);
    address_.reset();
  }

  std::optional<socket_address> address_;
};

}  // namespace weir::detail
