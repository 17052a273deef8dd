// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "weir/postgres/detail/parameters.hpp"

namespace weir::postgres::detail {

/// Which statements a session has prepared, under which names; of more than its bound the one
/// unused for the longest is dropped.
///
/// A name is never given twice: an answer that comes late cannot be taken for another's.
class prepared_cache {
 public:
  explicit prepared_cache(std::size_t most) noexcept : most_(most) {}

  /// The name of a statement that is prepared, or null.
  const std::string* find(const statement_shape& shape);
  /// Notes a statement as prepared, under the name that this gives.
  const std::string& add(const statement_shape& shape);
  /// The statement is not prepared any more, or never was.
  void forget(const statement_shape& shape);
  /// Drops the statement unused for the longest where there are too many; gives its name, or an
  /// empty one.
  std::string drop_surplus();

 private:
  struct entry {
    const statement_shape* shape;
    std::string name;
  };

  std::size_t most_;
  std::list<entry> by_use_;  // The last used in front.
  std::unordered_map<const statement_shape*, std::list<entry>::iterator> by_shape_;
  std::uint64_t names_given_ = 0;
};

}  // namespace weir::postgres::detail
