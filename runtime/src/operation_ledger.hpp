// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <unordered_map>

#include "weir/driver.hpp"

namespace weir::detail {

/// The operations in flight of one driver, with the memory that the kernel may touch: a check.
///
/// AddressSanitizer sees what the program writes, not what the kernel does. So this looks at each
/// start and each end whether the memory is there (under AddressSanitizer), refuses memory that two
/// operations use at once where one of them writes, and a descriptor that is closed under an
/// operation. What it finds ends the program with a sentence that names the operation.
///
/// A driver keeps one in builds with a sanitizer or without optimisation.
class operation_ledger {
 public:
  void enter(const io_work& operation);
  void leave(const io_work& operation);
  /// To be called before a descriptor is closed.
  void check_closing(int descriptor) const;

  std::size_t in_flight() const noexcept { return records_.size(); }

 private:
  struct record {
    int descriptor;
    std::span<const std::byte> memory;
    bool is_written;
    const char* name;
  };

  static record describe(const io_work& operation) noexcept;

  std::unordered_map<const io_work*, record> records_;
};

}  // namespace weir::detail
