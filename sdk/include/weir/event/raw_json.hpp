// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/result.hpp"

namespace weir {

namespace json::detail {
class reader;
}

/// A JSON value kept as its text: for parts of a message that a service passes on and does not
/// look into. The text is one valid JSON value at all times; the default is `null`.
class raw_json {
 public:
  raw_json() = default;

  /// Checks the text: strict JSON, UTF-8, at most `json::depth_max` deep. An error is poison and
  /// says where the text stops being JSON.
  static result<raw_json> parse(std::string_view text);

  /// The text, without white space around it; what stands inside is as it came.
  const std::string& text() const { return text_; }

  friend bool operator==(const raw_json&, const raw_json&) = default;

 private:
  friend class json::detail::reader;
  std::string text_ = "null";
};

}  // namespace weir
