// SPDX-License-Identifier: Apache-2.0
#include "weir/config/detail/settings_reader.hpp"

namespace weir::detail {
namespace {

constexpr std::size_t shown_bytes_max = 80;

/// The value for an error's text.
std::string shown(const config_value& value) {
  using kinds = config_value::kinds;
  switch (value.kind) {
    case kinds::text:
    case kinds::loose: {
      std::string text = toml_text(value.text);
      if (text.size() <= shown_bytes_max) return text;
      std::size_t end = shown_bytes_max;
      while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
      return text.substr(0, end) + "...";
    }
    case kinds::integer:
      return std::to_string(value.integer);
    case kinds::number:
      return toml_text(value.number);
    case kinds::boolean:
      return value.boolean ? "true" : "false";
    case kinds::time:
      return "a date or time";
    case kinds::list:
      return "a list";
    case kinds::table:
      return "a section";
  }
  return "?";
}

}  // namespace

settings_reader::step::step(settings_reader& reader, std::string_view name)
    : reader_(reader), length_(reader.path_.size()) {
  reader_.path_ = reader_.path_of(name);
}

settings_reader::step::step(settings_reader& reader, std::size_t index)
    : reader_(reader), length_(reader.path_.size()) {
  reader_.path_ += '[' + std::to_string(index) + ']';
}

std::string settings_reader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

void settings_reader::accept(const config_value& from) { origins_[path_] = from.origin; }

bool settings_reader::refuse(const config_value& from, std::string_view remedy) {
  complain(from.origin + ": " + path_ + " is " + (veils_ > 0 ? "***" : shown(from)) + "; " +
           std::string(remedy));
  return false;
}

void settings_reader::refuse(const std::string& path, std::string_view shown,
                             std::string_view remedy) {
  const auto found = origins_.find(path);
  complain((found == origins_.end() ? "default" : found->second) + ": " + path + " is " +
           std::string(shown) + "; " + std::string(remedy));
}

void settings_reader::complain(std::string problem) {
  if (problems_.size() < problems_max) {
    problems_.push_back(std::move(problem));
  } else {
    ++not_kept_;
  }
}

std::string settings_reader::problems() const {
  std::string text;
  for (const std::string& one : problems_) text += (text.empty() ? "" : "\n") + one;
  if (not_kept_ > 0) text += "\nand " + std::to_string(not_kept_) + " more";
  return text;
}

}  // namespace weir::detail
