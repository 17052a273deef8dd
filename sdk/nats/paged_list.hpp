// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "api.hpp"
#include "weir/stream.hpp"

namespace weir::nats::detail {

/// One page of a list of the API: what is on it, and how many there are on all pages.
template <class Item>
struct list_page {
  std::vector<Item> items;
  std::uint64_t total = 0;
};

/// The items of a list that the server gives in pages, one page at a time as they are asked for.
///
/// `page(offset)` asks for one, and must live as long as the stream: it is kept in its frame.
template <class Item>
stream<Item> paged_list(std::function<task<list_page<Item>>(std::uint64_t)> page) {
  for (std::uint64_t offset = 0;;) {
    auto got = co_await page(offset).as_result();
    if (!got.has_value()) {
      // What may pass is told and can be asked again; what is for good ends the list.
      if (got.error().disposition() == disposition::permanent) throw got.error();
      co_yield failed(got.error());
      continue;
    }
    if (got->items.empty()) co_return;
    offset += got->items.size();
    for (Item& item : got->items) co_yield std::move(item);
    if (offset >= got->total) co_return;
  }
}

}  // namespace weir::nats::detail
