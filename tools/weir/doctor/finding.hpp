// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace weir::doctor {

/// How bad a finding is, from nothing to what loses messages or stops the service.
enum class severity : unsigned char { good, note, warning, problem };

/// One thing that was looked at.
struct finding {
  severity is = severity::good;
  std::string subject;  ///< "system", "nats", "stream ORDERS", "postgres"
  std::string what;
  std::string remedy = {};  ///< empty where there is nothing to do
};

using findings = std::vector<finding>;

/// True where a warning or a problem is among them.
bool is_ill(const findings& all) noexcept;

/// A line or two for each, in their order, and their count at the end.
void print(const findings& all, std::ostream& out);

/// A line of JSON for each.
void print_json(const findings& all, std::ostream& out);

}  // namespace weir::doctor
