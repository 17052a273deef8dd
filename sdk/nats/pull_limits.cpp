// SPDX-License-Identifier: Apache-2.0
#include "pull_limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace weir::nats::detail {
namespace {

constexpr std::uint64_t no_number = std::numeric_limits<std::uint64_t>::max();

std::uint64_t limit_of(const std::optional<std::int64_t>& configured) {
  return configured && *configured > 0 ? static_cast<std::uint64_t>(*configured) : no_number;
}

struct unit {
  std::string_view name;
  double nanoseconds;
};

/// The longer names first: "ms" is no "m".
constexpr std::array units{unit{"ns", 1},  unit{"\u00b5s", 1e3}, unit{"us", 1e3},  unit{"ms", 1e6},
                           unit{"s", 1e9}, unit{"m", 60e9},      unit{"h", 3600e9}};

/// The number behind `words`; nothing where the text does not begin with them.
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view words) {
  if (!text.starts_with(words)) return std::nullopt;
  text.remove_prefix(words.size());
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.begin(), text.end(), value);
  if (read.ec != std::errc() || read.ptr != text.end() || value == 0) return std::nullopt;
  return value;
}

template <class Value>
pull_limits::lesson lower(Value& limit, const std::optional<Value>& to) {
  if (!to) return pull_limits::lesson::unreadable;
  if (limit <= *to) return pull_limits::lesson::known;
  limit = *to;
  return pull_limits::lesson::learned;
}

}  // namespace

std::optional<duration> parse_go_duration(std::string_view text) {
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    if (text.front() < '0' || text.front() > '9') return std::nullopt;
    double amount = 0;
    const auto read = std::from_chars(text.begin(), text.end(), amount, std::chars_format::fixed);
    if (read.ec != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.begin()));
    const auto* const found =
        std::ranges::find_if(units, [text](const unit& one) { return text.starts_with(one.name); });
    if (found == units.end()) return std::nullopt;
    text.remove_prefix(found->name.size());
    total += amount * found->nanoseconds;
  }
  if (total > static_cast<double>(duration::max().count() / 2)) return std::nullopt;
  return duration(std::llround(total));
}

pull_limits::pull_limits(const consumer_config& of)
    : batch_(limit_of(of.max_batch)),
      bytes_(limit_of(of.max_bytes)),
      expires_(of.max_expires && *of.max_expires > duration::zero() ? *of.max_expires
                                                                    : duration::max()) {}

pull_limits::lesson pull_limits::learn(std::string_view status_text) {
  constexpr std::string_view expires = "Exceeded MaxRequestExpires of ";
  if (!status_text.starts_with(expires)) {
    const lesson about_batch =
        lower(batch_, number_behind(status_text, "Exceeded MaxRequestBatch of "));
    if (about_batch != lesson::unreadable) return about_batch;
    return lower(bytes_, number_behind(status_text, "Exceeded MaxRequestMaxBytes of "));
  }
  const auto limit = parse_go_duration(status_text.substr(expires.size()));
  if (limit && *limit <= duration::zero()) return lesson::unreadable;
  return lower(expires_, limit);
}

bool pull_limits::restricts(const pull_options& wanted) const noexcept {
  return wanted.slots > batch_ || wanted.expires > expires_ || wanted.max_bytes > bytes_;
}

void pull_limits::apply(pull_request& to) const noexcept {
  to.batch = std::min(to.batch, batch_);
  if (to.expires) to.expires = std::min(*to.expires, expires_.count());
  if (to.max_bytes) to.max_bytes = std::min(*to.max_bytes, bytes_);
  if (to.expires && to.idle_heartbeat)
    to.idle_heartbeat = std::min(*to.idle_heartbeat, *to.expires / 2);
}

std::string pull_limits::shown() const {
  std::string text;
  const auto add = [&text](const std::string& one) {
    text += (text.empty() ? "at most " : ", ") + one;
  };
  if (batch_ != no_number) add(std::to_string(batch_) + " messages");
  if (bytes_ != no_number) add(std::to_string(bytes_) + " bytes");
  if (expires_ != duration::max()) {
    add(std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(expires_).count()) +
        " ms");
  }
  return text;
}

}  // namespace weir::nats::detail
