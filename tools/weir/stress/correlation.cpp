// SPDX-License-Identifier: Apache-2.0
#include "correlation.hpp"

#include <map>

#include "weir/event/json.hpp"

namespace weir::tools {

std::optional<correlation_key> parse_correlation_key(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon + 1 == text.size()) return std::nullopt;
  const std::string name(text.substr(colon + 1));
  correlation_key read;
  if (text.starts_with("field:")) {
    read.field = name;
    return read;
  }
  if (!text.starts_with("header:")) return std::nullopt;
  read.header = name;
  return read;
}

std::optional<std::string> field_of(std::string_view body, const std::string& field) {
  const auto fields = json::decode<std::map<std::string, raw_json>>(body);
  if (!fields.has_value()) return std::nullopt;
  const auto found = fields->find(field);
  if (found == fields->end()) return std::nullopt;
  const auto text = json::decode<std::string>(found->second.text());
  return text.has_value() ? *text : found->second.text();
}

bool awaited_results::expect(std::string key, entry of) {
  if (waiting_.size() >= max) return false;
  waiting_.insert_or_assign(std::move(key), of);
  return true;
}

std::optional<awaited_results::entry> awaited_results::take(const std::string& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return std::nullopt;
  const entry taken = found->second;
  waiting_.erase(found);
  return taken;
}

}  // namespace weir::tools
