// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/postgres/group_commit.hpp"
#include "weir/postgres/pool.hpp"

namespace weir {
class error;
}

namespace weir::detail {

/// Which version of what a consumer has handled last: a row for each key, written in the commit of
/// the handling (table `weir_versions`), which fails where that is not newer.
class version_guard {
 public:
  /// `consumer` has its stream's name before it, as for the inbox.
  version_guard(postgres::pool& database, std::string consumer)
      : database_(database), consumer_(std::move(consumer)) {}

  /// Puts the version into the commit; its error is one for which is_outdated() is true.
  void enter(postgres::tx& in, const std::string& key, std::int64_t version) const;
  void enter(postgres::unit& in, const std::string& key, std::int64_t version) const;
  /// True where it is known already not to be newer: spares a commit with others its failure.
  task<bool> is_old(const std::string& key, std::int64_t version) const;

 private:
  postgres::pool& database_;
  std::string consumer_;
};

bool is_outdated(const error& failure) noexcept;

}  // namespace weir::detail
