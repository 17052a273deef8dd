// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::nats {
namespace detail {

/// How a transport's own form of a message is read and given back.
struct message_operations {
  std::string_view (*subject)(const void* native) noexcept;
  std::string_view (*reply)(const void* native) noexcept;
  std::string_view (*payload)(const void* native) noexcept;
  std::optional<std::string_view> (*header)(void* native, std::string_view name);
  std::vector<std::pair<std::string, std::string>> (*headers)(void* native);
  void (*release)(void* native) noexcept;
};

}  // namespace detail

/// A received message: owns its bytes, and everything it gives points into them.
///
/// Movable, not copyable; one loop. It stays valid after the connection that brought it has ended.
class message {
 public:
  message(void* native, const detail::message_operations& operations) noexcept
      : native_(native), operations_(&operations) {}
  message(message&& other) noexcept
      : native_(std::exchange(other.native_, nullptr)), operations_(other.operations_) {}
  message& operator=(message&& other) noexcept {
    std::swap(native_, other.native_);
    std::swap(operations_, other.operations_);
    return *this;
  }
  ~message() {
    if (native_ != nullptr) operations_->release(native_);
  }

  std::string_view subject() const noexcept { return operations_->subject(native_); }
  /// Where an answer goes, for JetStream the address of the acknowledgement; may be empty.
  std::string_view reply() const noexcept { return operations_->reply(native_); }
  std::string_view payload() const noexcept { return operations_->payload(native_); }
  /// The first value under this name (case-sensitive).
  std::optional<std::string_view> header(std::string_view name) const {
    return operations_->header(native_, name);
  }
  /// Copies of all headers, in no particular order of names.
  std::vector<std::pair<std::string, std::string>> headers() const {
    return operations_->headers(native_);
  }

 private:
  void* native_;
  const detail::message_operations* operations_;
};

}  // namespace weir::nats
