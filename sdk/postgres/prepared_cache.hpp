// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "weir/postgres/detail/parameters.hpp"

namespace weir::postgres::detail {

/// Which statements a session has prepared, under which names; of more than its bound the one
/// unused for the longest is dropped.
///
/// A name is never given twice: an answer that comes late cannot be taken for another's.
class prepared_cache {
 public:
  explicit prepared_cache(std::size_t most) noexcept : most_(most) {}

  /// A name that was given.
  struct name {
    std::uint64_t number;  ///< From 1.
    std::string text;
  };

  /// The name of a statement that is prepared, or null.
  const name* find(const statement_shape& shape);
  /// Notes a statement as prepared, under the name that this gives.
  const name& add(const statement_shape& shape);
  /// The statement is not prepared any more under the name of this number, or never was; it may be
  /// under another one.
  void forget(const statement_shape& shape, std::uint64_t number);
  /// The same for one that the server knows still, and is to be told to forget.
  void give_up(const statement_shape& shape, std::uint64_t number);
  /// Drops a statement that was given up, or the one unused for the longest where there are too
  /// many; gives its name, or an empty one.
  std::string drop_surplus();

 private:
  struct entry {
    const statement_shape* shape;
    prepared_cache::name name;
  };

  std::size_t most_;
  std::list<entry> by_use_;  // The last used in front.
  std::unordered_map<const statement_shape*, std::list<entry>::iterator> by_shape_;
  std::vector<std::string> given_up_;
  std::uint64_t names_given_ = 0;
};

}  // namespace weir::postgres::detail
