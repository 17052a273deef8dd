// SPDX-License-Identifier: Apache-2.0
#include "log_sites.hpp"

#include <functional>

#include "weir/observe/log.hpp"

namespace weir::detail {

log_sites::entry& log_sites::entry_of(log_site site) noexcept {
  constexpr std::size_t spread = 0x9e3779b97f4a7c15;
  const std::size_t hash = (std::hash<const void*>()(site.file) + site.line) * spread;
  for (std::size_t look = 0; look < looks_max; ++look) {
    entry& one = entries_[((hash >> 32U) + look) % sites_max];
    if (one.is_taken && one.site == site) return one;
    if (one.is_taken) continue;
    one.is_taken = true;
    one.site = site;
    return one;
  }
  return entries_.back();
}

log_sites::verdict log_sites::enter(log_site site, std::int64_t second) noexcept {
  entry& one = entry_of(site);
  if (one.second != second) {
    one.second = second;
    one.passed = 0;
  }
  if (one.passed == log_lines_per_second) {
    ++one.suppressed;
    ++untold_;
    return {false, 0};
  }
  ++one.passed;
  const std::uint64_t before = one.suppressed;
  untold_ -= before;
  one.suppressed = 0;
  return {true, before};
}

}  // namespace weir::detail
