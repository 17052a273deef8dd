// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "workload.hpp"

namespace weir::bench {

/// A row of the table that is upserted into.
struct stock {
  std::int64_t id;
  std::int32_t quantity;
  std::string body;
};

/// The rows of one statement after the other, from the id 1 on.
class stock_source {
 public:
  stock_source() : rows_(upsert_rows) {
    for (std::size_t index = 0; index < rows_.size(); ++index)
      rows_[index] = {.id = 0, .quantity = 1, .body = make_body()};
  }

  std::span<const stock> next() {
    for (stock& row : rows_) row.id = ++made_;
    return rows_;
  }

 private:
  std::int64_t made_ = 0;
  std::vector<stock> rows_;
};

}  // namespace weir::bench
