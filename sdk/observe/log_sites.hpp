// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir::detail {

/// A place in the program that logs. The file's name is compared by its address.
struct log_site {
  const char* file = "";
  unsigned line = 0;
  friend bool operator==(const log_site&, const log_site&) = default;
};

/// How many lines each place of the program has logged in the present second.
///
/// Knows `sites_max` places; those that it has no room for are counted as one.
class log_sites {
 public:
  static constexpr std::size_t sites_max = 1024;

  struct verdict {
    bool passes;
    std::uint64_t suppressed;  ///< Before it, and told with it.
  };

  /// A line of the place in that second of whatever clock.
  verdict enter(log_site site, std::int64_t second) noexcept;

  /// Whether lines were suppressed that nobody was told of.
  bool has_untold() const noexcept { return untold_ != 0; }
  /// Calls told(site, suppressed) for each place whose second is over.
  template <class Told>
  void tell(std::int64_t second, Told told) {
    for (entry& one : entries_) {
      if (untold_ == 0) return;
      if (one.suppressed == 0 || one.second == second) continue;
      told(one.site, one.suppressed);
      untold_ -= one.suppressed;
      one.suppressed = 0;
    }
  }

 private:
  struct entry {
    log_site site;
    std::int64_t second = 0;
    unsigned passed = 0;
    bool is_taken = false;
    std::uint64_t suppressed = 0;
  };
  static constexpr std::size_t looks_max = 16;

  entry& entry_of(log_site site) noexcept;

  std::array<entry, sites_max + 1> entries_{};  // The last one is of all that found no room.
  std::uint64_t untold_ = 0;
};

}  // namespace weir::detail
