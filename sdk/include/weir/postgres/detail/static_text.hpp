// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace weir::postgres::detail {

/// A text that grows while the program is compiled; std::string cannot everywhere.
class growing_text {
 public:
  constexpr growing_text& operator+=(std::string_view more) {
    letters_.insert(letters_.end(), more.begin(), more.end());
    return *this;
  }
  constexpr growing_text& operator+=(char more) {
    letters_.push_back(more);
    return *this;
  }
  constexpr std::string_view view() const { return {letters_.data(), letters_.size()}; }

 private:
  std::vector<char> letters_;
};

/// The text that a constexpr function gives, for ever, and with a zero byte behind it.
template <growing_text (*Make)()>
struct static_text {
  static constexpr std::size_t size = Make().view().size();
  static constexpr std::array<char, size + 1> bytes = [] {
    std::array<char, size + 1> copied{};
    const growing_text text = Make();
    std::copy(text.view().begin(), text.view().end(), copied.begin());
    return copied;
  }();
  static constexpr std::string_view view{bytes.data(), size};
};

}  // namespace weir::postgres::detail
