// SPDX-License-Identifier: Apache-2.0
#include "fault.hpp"

#include "age.hpp"
#include "arrival_schedule.hpp"
#include "weir/enum_names.hpp"

namespace weir::tools {

std::optional<fault> parse_fault(std::string_view text) {
  const std::size_t sign = text.find('@');
  if (sign == text.npos) return std::nullopt;
  const std::string_view what = text.substr(sign + 1);
  const std::size_t colon = what.find(':');
  const std::string_view name = what.substr(0, colon);
  const std::size_t hyphen = name.find('-');
  if (hyphen == name.npos) return std::nullopt;
  const auto act = enum_value<fault::acts>(name.substr(0, hyphen));
  const auto target = enum_value<fault::targets>(name.substr(hyphen + 1));
  const auto at = parse_age(text.substr(0, sign));
  const auto lasts = colon == what.npos ? fault().lasts : parse_age(what.substr(colon + 1));
  if (!act || !target || !at || !lasts) return std::nullopt;
  if (*at > phase_max || *lasts > fault_span_max) return std::nullopt;
  return fault{.at = *at, .act = *act, .target = *target, .lasts = *lasts};
}

std::string name_of(const fault& of) {
  return std::string(*enum_name(of.act)) + "-" + std::string(*enum_name(of.target));
}

}  // namespace weir::tools
