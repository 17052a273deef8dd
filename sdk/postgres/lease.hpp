// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "connection.hpp"

namespace weir::postgres::detail {

class pool_core;

/// A connection on loan; goes back, or is closed, with the end of this.
class lease {
 public:
  lease(pool_core& owner, std::unique_ptr<connection> lent) noexcept
      : owner_(&owner), lent_(std::move(lent)) {}
  lease(lease&& other) noexcept = default;
  lease& operator=(lease&&) = delete;
  ~lease() { give_back(); }

  void give_back() noexcept;
  pool_core& owner() const noexcept { return *owner_; }
  connection& operator*() const noexcept { return *lent_; }
  connection* operator->() const noexcept { return lent_.get(); }

 private:
  pool_core* owner_;
  std::unique_ptr<connection> lent_;
};

}  // namespace weir::postgres::detail
