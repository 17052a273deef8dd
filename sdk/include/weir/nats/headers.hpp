// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::nats {

/// The headers of a message: names and values in order, checked when they are added.
///
/// A name is printable ASCII without space and colon; a value has no CR, LF or NUL: they would end
/// the header and begin another, or the next protocol line. Names are case-sensitive, as in NATS.
/// `Nats-Msg-Id` and `Status` are refused: the first is an option of publishing, the second marks
/// a server's own messages.
class headers {
 public:
  /// A name and its value, which point into the headers.
  using entry = std::pair<std::string_view, std::string_view>;

  /// Goes over the entries in their order; valid until one is added.
  class iterator {
   public:
    using value_type = entry;
    using difference_type = std::ptrdiff_t;

    iterator() = default;

    entry operator*() const noexcept;
    iterator& operator++() noexcept;
    iterator operator++(int) noexcept {
      const iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const iterator& other) const noexcept {
      return left_.size() == other.left_.size();
    }

   private:
    friend headers;
    explicit iterator(std::string_view lines) noexcept : left_(lines) {}

    std::string_view left_;
  };

  headers() = default;
  headers(std::initializer_list<entry> entries);

  /// Appends; a name may stand several times. Throws a permanent `invalid_argument`.
  void add(std::string_view name, std::string_view value);

  /// The first value under this name; valid until an entry is added.
  std::optional<std::string_view> find(std::string_view name) const noexcept;

  bool empty() const noexcept { return lines_.empty(); }
  std::size_t size() const noexcept;
  iterator begin() const noexcept { return iterator(lines_); }
  iterator end() const noexcept { return iterator(); }

  /// As they go over the wire, without the status line: "Name: value" and CR LF for each.
  const std::string& lines() const noexcept { return lines_; }

 private:
  std::string lines_;
};

/// Throws `invalid_argument` unless `value` can be a header's value; `name` is for the error text.
void check_header_value(std::string_view name, std::string_view value);

}  // namespace weir::nats
