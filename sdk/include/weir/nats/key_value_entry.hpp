// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weir/timestamp.hpp"

namespace weir::nats {

/// What was done to a key.
enum class key_value_operation : unsigned char {
  put,
  remove,  ///< a mark that it is gone; its history stays
  purge,   ///< a mark in place of all that it was
};

/// A key of a bucket with one of its values.
struct key_value_entry {
  std::string bucket;
  std::string key;
  std::string value;           ///< empty where it was removed, or only keys were asked for
  std::uint64_t revision = 0;  ///< counts all changes of the bucket; never used twice
  timestamp time;              ///< when the bucket stored it
  key_value_operation operation = key_value_operation::put;
};

/// One change that a watch gives, or the mark that all values of the beginning have been given.
struct key_value_change {
  std::optional<key_value_entry> entry;  ///< empty for the mark, which comes once

  bool is_up_to_date_mark() const noexcept { return !entry.has_value(); }
};

}  // namespace weir::nats
