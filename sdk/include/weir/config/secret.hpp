// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weir {
namespace detail {

/// Takes as long for texts of equal length that differ at once as for those that are equal.
bool is_equal_in_constant_time(std::string_view one, std::string_view other) noexcept;

}  // namespace detail

/// A value that nobody sees: a password, a key, a token.
///
///     struct shop_settings {
///       weir::secret<std::string> api_key;  // api_key, api_key_file, or a systemd credential
///     };
///
/// It cannot be printed, formatted, logged, or written as JSON: none of that compiles. reveal() is
/// the only door, so a search for it finds every place where a secret goes. In `--print-config`
/// and in errors it stands as ***.
template <class T>
class secret {
 public:
  using value_type = T;

  secret() = default;
  explicit secret(T value) : value_(std::move(value)) {}
  /// What was read from a file.
  secret(T value, std::filesystem::path file) : value_(std::move(value)), file_(std::move(file)) {}

  /// The value itself, for the one place that needs it.
  const T& reveal() const noexcept { return value_; }

  /// The file that it was read from, for who reads it again when it is renewed; else empty.
  const std::filesystem::path& file() const noexcept { return file_; }

  /// Compares texts in a time that does not tell how much of them is equal.
  friend bool operator==(const secret& one, std::string_view other) noexcept
    requires std::is_convertible_v<const T&, std::string_view>
  {
    return detail::is_equal_in_constant_time(one.value_, other);
  }
  friend bool operator==(const secret& one, const secret& other) noexcept
    requires std::is_convertible_v<const T&, std::string_view>
  {
    return detail::is_equal_in_constant_time(one.value_, other.value_);
  }

 private:
  T value_{};
  std::filesystem::path file_;
};

/// A secret is not printed: reveal() it where it must go.
template <class T>
std::ostream& operator<<(std::ostream& out, const secret<T>&) = delete;

}  // namespace weir
