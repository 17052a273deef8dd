// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "weir/error.hpp"
#include "weir/event/detail/mapping.hpp"
#include "weir/event/raw_json.hpp"
#include "weir/timestamp.hpp"
#include "weir/uuid.hpp"

namespace weir::json::detail {

class reader;

/// What a reader must know of a struct, without its type.
struct object_shape {
  std::span<const std::string_view> keys;  // `,"name":` in order of declaration, at most 64
  std::uint64_t required;                  // bit i: field i must be there
  bool (*read_field)(reader& in, void* object, std::size_t index);
};

/// One pass over a JSON text, from value to value, checking all of it on the way.
///
/// Every function that returns bool returns false once something is wrong; from then on the
/// reader is of no use but for `failure`. The callers, on their way out, say where they were with
/// `in_member` and `in_element`: a path costs nothing until there is an error.
class reader {
 public:
  explicit reader(std::string_view body)
      : begin_(body.data()), at_(begin_), end_(begin_ + body.size()) {}

  bool read(bool& out);
  bool read(double& out);
  bool read(std::string& out);
  bool read(uuid& out);
  bool read(timestamp& out);
  bool read(raw_json& out);
  bool read_signed(std::int64_t& out, std::int64_t low, std::int64_t high);
  bool read_unsigned(std::uint64_t& out, std::uint64_t high);
  /// A string that is one of `names`; `index` tells which.
  bool read_one_of(std::span<const std::string_view> names, std::size_t& index);
  bool read_object(const object_shape& shape, void* object);

  /// Takes a null, if there is one here, and tells whether it did.
  bool take_null();

  /// `begin_array`, then `next_element` before each element; it is false at the end and on
  /// failure, which `failed` tells apart. `first` starts true. Objects likewise; `key` holds until
  /// the reader moves on.
  bool begin_array();
  bool next_element(bool& first);
  bool begin_object();
  bool next_member(bool& first, std::string_view& key);

  /// Checks that nothing but white space is left.
  bool finish();

  bool failed() const { return !problem_.empty(); }
  bool in_member(std::string_view name);
  bool in_element(std::size_t index);
  bool fail_twice(std::string_view key);

  /// The error, for a value of the type `type`.
  weir::error failure(std::string_view type) const;

 private:
  struct text_span {
    const char* begin;
    const char* end;
    bool escaped;
  };
  struct integer {
    std::uint64_t magnitude;
    bool negative;
    bool overflows;
    std::string_view text;
  };

  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool take(char c);
  bool skip_value();
  bool skip_container();
  bool skip_literal(std::string_view literal);
  bool scan_string(text_span& out);
  bool scan_escape();
  bool scan_hex(unsigned& out);
  bool scan_number(std::string_view& out, bool& is_integer);
  bool scan_integer(integer& out);
  /// The string's text, unescaped; holds until the next string.
  bool read_text(std::string_view& out);
  bool read_text_for(std::string_view expected, std::string_view& out);
  bool take_key(std::string_view key, bool& first);

  bool fail(const char* where, std::string problem);
  bool fail_expected(std::string_view expected);
  bool fail_found(const char* where, std::string_view expected);
  bool fail_range(const integer& number, std::string_view range);

  const char* begin_;
  const char* at_;
  const char* end_;
  std::size_t depth_ = 0;
  std::string unescaped_;
  std::string path_;
  std::string problem_;
  std::size_t problem_at_ = 0;
};

}  // namespace weir::json::detail
