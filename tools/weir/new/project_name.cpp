// SPDX-License-Identifier: Apache-2.0
#include "project_name.hpp"

#include <algorithm>
#include <string_view>

#include "weir/error.hpp"

namespace weir::scaffold {
namespace {

constexpr std::size_t length_min = 2;
constexpr std::size_t length_max = 40;

bool is_lower(char character) { return character >= 'a' && character <= 'z'; }
bool is_digit(char character) { return character >= '0' && character <= '9'; }

bool is_name(std::string_view text) {
  if (text.size() < length_min || text.size() > length_max) return false;
  if (!is_lower(text.front()) || text.back() == '-' || text.find("--") != text.npos) return false;
  return std::ranges::all_of(text,
                             [](char one) { return is_lower(one) || is_digit(one) || one == '-'; });
}

}  // namespace

project_name parse_project_name(const std::string& name) {
  if (!is_name(name)) {
    throw error(errc::invalid_argument, disposition::permanent,
                "'" + name +
                    "' is no name of a service: it has 2 to 40 of a-z, 0-9 and single hyphens, a "
                    "letter first and no hyphen last, as in shop-floor");
  }
  project_name made{.name = name, .stream = name};
  for (char& one : made.stream) {
    if (one == '-') one = '_';
    if (is_lower(one)) one = static_cast<char>(one - 'a' + 'A');
  }
  return made;
}

}  // namespace weir::scaffold
