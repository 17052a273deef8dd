// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weir {
class loop;
}

namespace weir::detail {

/// Something that any thread may hand to a loop, which then runs it once on its own.
class inbox_item {
 public:
  inbox_item() = default;
  inbox_item(const inbox_item&) = delete;
  inbox_item& operator=(const inbox_item&) = delete;

  /// Called by the loop, which does not touch the item afterwards: it may be destroyed in here.
  virtual void run() noexcept = 0;

 protected:
  ~inbox_item() = default;

 private:
  friend class weir::loop;
  inbox_item* next_ = nullptr;
};

}  // namespace weir::detail
