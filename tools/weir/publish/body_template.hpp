// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weir/detail/split_mix.hpp"
#include "weir/timestamp.hpp"

namespace weir::tools {

/// A text with places that are filled in for each message: `{{sequence}}` (1, 2, 3 ...),
/// `{{uuid}}`,
/// `{{now}}` (RFC 3339), `{{int 1 100}}` (both included) and `{{pick a b c}}`.
class body_template {
 public:
  /// Throws a permanent `invalid_argument` that shows the place which cannot be filled in.
  explicit body_template(std::string_view text);
  /// A template without places: the text as it is.
  static body_template literal(std::string text);

  std::string fill(std::uint64_t sequence, timestamp now, detail::split_mix& random) const;

 private:
  enum class kind : unsigned char { text, sequence, uuid, now, number, pick };
  struct piece {
    kind is = kind::text;
    std::string text = {};
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::vector<std::string> choices = {};
  };

  body_template() = default;
  static piece read_place(std::string_view place);
  static void read_bounds(piece& into, std::string_view place);

  std::vector<piece> pieces_;
};

}  // namespace weir::tools
