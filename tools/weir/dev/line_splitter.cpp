// SPDX-License-Identifier: Apache-2.0
#include "line_splitter.hpp"

#include <algorithm>

namespace weir::dev {

void line_splitter::add(std::string_view part) {
  while (!part.empty()) {
    const std::size_t end = part.find('\n');
    const std::size_t room = program_line_bytes_max - begun_.size();
    const std::size_t taken = std::min({end, room, part.size()});
    begun_ += part.substr(0, taken);
    part.remove_prefix(taken);
    if (taken == end) {
      part.remove_prefix(1);
      give();
    } else if (taken == room) {
      give();
    }
  }
}

void line_splitter::finish() {
  if (!begun_.empty()) give();
}

void line_splitter::give() {
  if (begun_.ends_with('\r')) begun_.pop_back();
  take_(begun_);
  begun_.clear();
}

}  // namespace weir::dev
