// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::nats::detail {

/// The headers of a message as they are on the wire and in a stream's store:
///
///     NATS/1.0[ status[ description]] CR LF, then name: value CR LF for each, then CR LF
///
/// Whatever else a peer has sent there is read as far as it makes sense, and never fails.
class header_block {
 public:
  explicit header_block(std::string_view text) noexcept : text_(text) {}

  /// The first value under this name (case-sensitive). "Status" and "Description" are those of the
  /// first line, which only a server's own messages have.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  /// Copies of all, in order; those of the first line under the names that find() knows them by.
  std::vector<std::pair<std::string, std::string>> entries() const;

 private:
  std::string_view text_;
};

/// The status that a block begins with: "503"; empty for messages of clients.
std::string_view status_of(std::string_view block) noexcept;

}  // namespace weir::nats::detail
