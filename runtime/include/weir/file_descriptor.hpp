// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace weir {

/// The owner of one file descriptor: closes it at its end.
///
/// Cancel and await what is in flight on a descriptor before it is closed: closing ends no wait,
/// and its number goes to the next file that is opened.
class file_descriptor {
 public:
  file_descriptor() noexcept = default;
  /// Takes over `number`; a negative one means none.
  explicit file_descriptor(int number) noexcept : number_(number) {}
  file_descriptor(file_descriptor&& other) noexcept : number_(other.release()) {}
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = other.release();
    }
    return *this;
  }
  ~file_descriptor() { close(); }

  int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }
  /// Gives the descriptor away, open.
  int release() noexcept { return std::exchange(number_, -1); }
  /// Closes it now; does nothing where there is none.
  void close() noexcept;

 private:
  int number_ = -1;
};

}  // namespace weir
