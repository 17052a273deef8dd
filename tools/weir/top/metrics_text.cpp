// SPDX-License-Identifier: Apache-2.0
#include "metrics_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace weir::top {
namespace {

constexpr std::size_t labels_max = 64;

bool is_name_start(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}
bool is_name_part(char c) noexcept { return is_name_start(c) || (c >= '0' && c <= '9'); }
bool is_space(char c) noexcept { return c == ' ' || c == '\t'; }

/// Takes one line apart from the front.
class line_reader {
 public:
  explicit line_reader(std::string_view line) : rest_(line) {}

  std::optional<sample> read() {
    sample found;
    skip_space();
    found.name = name();
    if (found.name.empty()) return std::nullopt;
    skip_space();
    if (take('{') && !labels(found)) return std::nullopt;
    skip_space();
    const auto value = number();
    if (!value) return std::nullopt;
    found.value = *value;
    // What follows is a time, or an exemplar behind '#'.
    if (!rest_.empty() && !is_space(rest_.front())) return std::nullopt;
    return found;
  }

 private:
  void skip_space() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string name() {
    if (rest_.empty() || !is_name_start(rest_.front())) return {};
    const auto end = std::ranges::find_if_not(rest_, is_name_part);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    std::string found(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return found;
  }

  std::optional<std::string> quoted() {
    if (!take('"')) return std::nullopt;
    std::string text;
    while (!rest_.empty()) {
      char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return text;
      if (c == '\\') {
        if (rest_.empty()) return std::nullopt;
        c = rest_.front() == 'n' ? '\n' : rest_.front();
        rest_.remove_prefix(1);
      }
      text.push_back(c);
    }
    return std::nullopt;
  }

  bool labels(sample& into) {
    while (into.labels.size() <= labels_max) {
      skip_space();
      if (take('}')) return true;
      std::string key = name();
      skip_space();
      if (key.empty() || !take('=')) return false;
      skip_space();
      auto value = quoted();
      if (!value) return false;
      into.labels.emplace_back(std::move(key), std::move(*value));
      skip_space();
      if (!take(',') && (rest_.empty() || rest_.front() != '}')) return false;
    }
    return false;
  }

  std::optional<double> number() {
    const auto end = std::ranges::find_if(rest_, is_space);
    std::string_view word(rest_.begin(), end);
    rest_.remove_prefix(word.size());
    if (word.starts_with('+')) word.remove_prefix(1);
    if (word == "Inf") return std::numeric_limits<double>::infinity();
    if (word == "-Inf") return -std::numeric_limits<double>::infinity();
    if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
    if (read.ec != std::errc() || read.ptr != word.data() + word.size() || word.empty()) return {};
    return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

std::string_view sample::label(std::string_view name_of) const noexcept {
  for (const auto& [key, text] : labels) {
    if (key == name_of) return text;
  }
  return {};
}

double scrape::sum(std::string_view name) const noexcept {
  double total = 0;
  for (const sample& one : samples) {
    if (one.name == name && std::isfinite(one.value)) total += one.value;
  }
  return total;
}

double scrape::max(std::string_view name) const noexcept {
  double highest = 0;
  for (const sample& one : samples) {
    if (one.name == name && std::isfinite(one.value)) highest = std::max(highest, one.value);
  }
  return highest;
}

bool scrape::has(std::string_view name) const noexcept {
  return std::ranges::any_of(samples, [name](const sample& one) { return one.name == name; });
}

scrape parse_metrics(std::string_view text) {
  scrape read;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    auto one = line_reader(line).read();
    if (!one || read.samples.size() == samples_max) {
      ++read.bad_lines;
    } else {
      read.samples.push_back(std::move(*one));
    }
  }
  return read;
}

}  // namespace weir::top
