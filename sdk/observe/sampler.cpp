// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/sampler.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "weir/error.hpp"

namespace weir {
namespace {

constexpr std::string_view parent_prefix = "parentbased_";
constexpr double ids = 9223372036854775808.0;  // 2^63

/// As the other implementations of OpenTelemetry take it: the second half of the id, without its
/// last bit.
std::uint64_t place_of(const trace_context& trace) noexcept {
  std::uint64_t half = 0;
  for (std::size_t at = 8; at < trace.trace_id.size(); ++at) {
    half = half << 8 | std::to_integer<std::uint64_t>(trace.trace_id[at]);
  }
  return half >> 1;
}

double read_share(std::string_view text) {
  if (text.empty()) return 1;
  double share = -1;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), share);
  const bool is_whole = failure == std::errc() && end == text.data() + text.size();
  if (is_whole && share >= 0 && share <= 1) return share;
  throw error(errc::invalid_argument, disposition::permanent,
              fmt::format("OTEL_TRACES_SAMPLER_ARG is '{}'; it must be the share of traces that "
                          "are recorded, from 0 to 1, such as 0.01",
                          text));
}

}  // namespace

sampler sampler::from_name(std::string_view name, std::string_view argument) {
  sampler made;
  std::string_view root = name;
  made.follows_parent_ = root.starts_with(parent_prefix);
  if (made.follows_parent_) root.remove_prefix(parent_prefix.size());
  if (root == "always_on") {
    made.rule_ = root_rule::always;
  } else if (root == "always_off") {
    made.rule_ = root_rule::never;
  } else if (root == "traceidratio") {
    made.rule_ = root_rule::share;
    made.share_ = read_share(argument);
    made.bound_ = static_cast<std::uint64_t>(made.share_ * ids);
  } else {
    throw error(errc::invalid_argument, disposition::permanent,
                fmt::format("OTEL_TRACES_SAMPLER is '{}'; weir knows always_on, always_off and "
                            "traceidratio, each also with parentbased_ before it",
                            name));
  }
  return made;
}

bool sampler::records(const trace_context& trace, const trace_context* parent,
                      bool has_recorded_link) const noexcept {
  if (follows_parent_ && parent != nullptr) return parent->sampled;
  if (follows_parent_ && has_recorded_link) return true;
  return rule_ == root_rule::always || (rule_ == root_rule::share && place_of(trace) < bound_);
}

std::string sampler::describe() const {
  const std::string_view prefix = follows_parent_ ? parent_prefix : "";
  switch (rule_) {
    case root_rule::always:
      return fmt::format("{}always_on", prefix);
    case root_rule::never:
      return fmt::format("{}always_off", prefix);
    default:
      return fmt::format("{}traceidratio {:g}", prefix, share_);
  }
}

}  // namespace weir
