// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::nats {

/// The headers of a message: names and values in order, checked when they are added.
///
/// A name is printable ASCII without space and colon; a value has no CR, LF or NUL: they would end
/// the header and begin another, or the next protocol line. Names are case-sensitive, as in NATS.
/// `Nats-Msg-Id` and `Status` are refused: the first is an option of publishing, the second marks
/// a server's own messages.
class headers {
 public:
  using entry = std::pair<std::string, std::string>;

  headers() = default;
  headers(std::initializer_list<std::pair<std::string_view, std::string_view>> entries);

  /// Appends; a name may stand several times. Throws a permanent `invalid_argument`.
  void add(std::string_view name, std::string_view value);

  /// The first value under this name.
  std::optional<std::string_view> find(std::string_view name) const noexcept;

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

  /// The bytes that they take on the wire, without the status line.
  std::size_t wire_size() const noexcept;

 private:
  std::vector<entry> entries_;
};

/// Throws `invalid_argument` unless `value` can be a header's value; `name` is for the error text.
void check_header_value(std::string_view name, std::string_view value);

}  // namespace weir::nats
