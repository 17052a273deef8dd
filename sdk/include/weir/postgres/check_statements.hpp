// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/postgres/pool.hpp"

namespace weir::postgres {

/// A statement of the program that the database as it is cannot run, or whose rows do not fit.
struct statement_fault {
  std::string_view name;  ///< As given to `stmt`; empty where it has none.
  std::string_view sql;
  std::string why;
};

/// Lets the server prepare and describe every statement that the program is compiled with, and
/// compares columns with the C++ types that they are read into; gives what is at fault.
///
/// Nothing is executed. To be called when the program starts, after its migrations: a typing error,
/// a column that was renamed or has another type is found before the first message, not by it.
/// What needs a table that the program makes later cannot be checked; such a statement is at fault
/// here. Statements of weir itself, named "weir_...", are left out. Throws what keeps it from
/// asking. Which column may be NULL the server does not say: that is found when a row is read.
task<std::vector<statement_fault>> check_statements(pool& on);

/// The faults as a text for people: one after the other, with the statement and the reason.
std::string to_string(const std::vector<statement_fault>& faults);

}  // namespace weir::postgres
