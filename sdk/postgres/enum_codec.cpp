// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/enum_codec.hpp"

#include "refuse.hpp"

namespace weir::postgres::detail {

void unknown_label(std::string_view found, std::string_view enumeration, std::string_view labels) {
  refuse_value("PostgreSQL sent the label \"" + clipped(found) + "\", which no enumerator of " +
               std::string(enumeration) + " has; its labels are: " + std::string(labels) +
               ". Add an enumerator, or list the label in its weir::postgres::value_of");
}

void unlabelled(long long value, std::string_view enumeration) {
  refuse_argument("the value " + std::to_string(value) + " of " + std::string(enumeration) +
                  " has no label: it is no enumerator between 0 and 127, and its "
                  "weir::postgres::value_of does not list it");
}

}  // namespace weir::postgres::detail
