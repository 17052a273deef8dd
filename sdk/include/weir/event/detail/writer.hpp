// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weir/error.hpp"
#include "weir/event/detail/mapping.hpp"
#include "weir/event/raw_json.hpp"
#include "weir/timestamp.hpp"
#include "weir/uuid.hpp"

namespace weir::json::detail {

/// Appends JSON to a string. Every function that returns bool returns false when JSON cannot say
/// the value; the callers then name their place with `in_member` and `in_element`, as they do for
/// a reader.
class writer {
 public:
  explicit writer(std::string& out) : out_(out), size_before_(out.size()) {}

  bool write(bool value);
  bool write(double value);
  bool write(std::string_view value);
  bool write(const uuid& value);
  bool write(timestamp value);
  bool write(const raw_json& value);
  bool write_signed(std::int64_t value);
  bool write_unsigned(std::uint64_t value);
  void write_null() { out_ += "null"; }
  /// A string that needs no escapes.
  bool write_plain(std::string_view value);

  bool begin(char bracket);
  void end(char bracket);
  void comma(bool& first);
  /// `key` is `,"name":`; the first of an object goes without its comma.
  void key(std::string_view key, bool& first) {
    out_ += first ? key.substr(1) : key;
    first = false;
  }
  bool map_key(std::string_view key, bool& first);

  bool in_member(std::string_view name);
  bool in_element(std::size_t index);
  bool fail(std::string problem);

  /// Takes back what was written and gives the error, for a value of the type `type`.
  weir::error failure(std::string_view type);

 private:
  std::string& out_;
  std::size_t size_before_;
  std::size_t depth_ = 0;
  std::string path_;
  std::string problem_;
};

}  // namespace weir::json::detail
