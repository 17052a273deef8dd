// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "weir/clock.hpp"

namespace weir::tools {

/// By what a result is recognised as that of a message.
struct correlation_key {
  /// Of both bodies, a field of the object: "id". Empty: by a header.
  std::string field = {};
  /// Of the result: it holds the id under which the message was published.
  std::string header = "Weir-Causation-Id";
};

/// Reads "field:id" or "header:Weir-Causation-Id"; the name is not empty.
std::optional<correlation_key> parse_correlation_key(std::string_view text);

/// The text of a field of a JSON object, without the quotes of a string; nothing where the body is
/// no object or has no such field.
std::optional<std::string> field_of(std::string_view body, const std::string& field);

/// The messages that wait for their results.
class awaited_results {
 public:
  struct entry {
    time_point due;
    std::size_t phase = 0;
  };
  static constexpr std::size_t max = 2'000'000;

  /// False when as many wait as can be kept.
  bool expect(std::string key, entry of);
  /// The message that a result is of; nothing for one that nobody waits for.
  std::optional<entry> take(const std::string& key);
  /// One that will have no result.
  void forget(const std::string& key) { waiting_.erase(key); }

  std::size_t size() const noexcept { return waiting_.size(); }

 private:
  std::unordered_map<std::string, entry> waiting_;
};

}  // namespace weir::tools
