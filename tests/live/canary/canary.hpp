// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

/// A secret of a test, whose only purpose is to be found where it must not be.
class canary {
 public:
  /// `name` is of letters and digits, and no other canary's begins with its first four.
  explicit canary(std::string_view name);

  /// What a program is given. It has characters that URLs and connection strings must encode.
  const std::string& value() const noexcept { return value_; }
  /// The same as a part of a URL.
  std::string in_url() const;

  /// Whether `text` has it, whole or only its first letters, in any case, or whole as base64,
  /// percent-encoded, or hexadecimal.
  bool is_in(std::string_view text) const;

 private:
  std::string value_;
  std::vector<std::string> forms_;  ///< In lower case, but for those of base64.
  std::vector<std::string> exact_forms_;
};

/// What a program has let out at one place.
struct trace_left {
  std::string where;
  std::string text;
};

/// "PLACE has NAME: ...what stands around it..." for each of `secrets` that is somewhere.
std::vector<std::string> leaks(const std::vector<trace_left>& traces,
                               const std::vector<canary>& secrets);

}  // namespace weir::test
