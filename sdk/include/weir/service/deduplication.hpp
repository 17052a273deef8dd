// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "weir/clock.hpp"

namespace weir {

/// Where a handler without a transaction remembers what it has handled; made by the functions
/// below, for durable::deduplicate().
///
/// A message is remembered after its handler has returned and before it is acknowledged, so one
/// that comes again in between is handled again: what must never happen twice needs a database and
/// durable::once().
struct deduplication {
  /// What in_memory() remembers at most; an id takes its own length and some 150 bytes.
  static constexpr std::size_t ids_max = 1'000'000;

  std::string bucket = {};  ///< Empty: in the memory of the program.
  duration kept = {};       ///< From when the message was handled; zero: not at all.
};

/// In this program, until it ends.
inline deduplication in_memory(duration kept) { return {.kept = kept}; }
/// In a key-value bucket of JetStream, for all programs; made where it is missing. A message that
/// two programs have in hand at the same time is handled by both.
inline deduplication in_bucket(std::string bucket, duration kept) {
  return {.bucket = std::move(bucket), .kept = kept};
}

}  // namespace weir
