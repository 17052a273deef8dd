// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include "selection.hpp"
#include "table.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

struct list_options {
  std::string stream = {};  ///< empty: all that have dead letters
  selection only = {};
  std::size_t limit = 100;  ///< letters in all
  bool json = false;        ///< a line of JSON for each
  std::optional<std::size_t> width = {};
};

/// Prints the letters, oldest first. Throws where the named stream is not there.
task<> list(nats::jetstream on, list_options wanted, std::ostream& out);

/// The table of letters that is filled with add_row().
tools::table letter_table(std::ostream& out, std::optional<std::size_t> width);
void add_row(tools::table& to, const letter& one);

}  // namespace weir::dlq
