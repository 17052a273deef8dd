// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "confirmation.hpp"
#include "selection.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

struct purge_options {
  std::string stream = {};                    ///< empty: the only one with dead letters
  std::vector<std::uint64_t> sequences = {};  ///< empty: all that are there at the start
  selection only = {};
  bool dry_run = false;
  std::optional<std::size_t> width = {};
  /// Asked before anything is deleted; empty: nobody is. Runs on a thread of its own.
  tools::confirmation ask = {};
};

struct purge_outcome {
  std::uint64_t selected = 0;
  std::uint64_t deleted = 0;
  bool was_declined = false;
};

/// Deletes letters for good. Messages that are no dead letters are never touched.
task<purge_outcome> purge(nats::jetstream on, purge_options wanted, std::ostream& out);

}  // namespace weir::dlq
