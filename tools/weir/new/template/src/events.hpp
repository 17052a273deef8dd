// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <weir/event/bind.hpp>
#include <weir/uuid.hpp>

/// What comes in: somebody has asked for an item.
struct item_created {
  weir::uuid item_id;
  std::string title;
  std::int64_t quantity;
};

/// What goes out: the item is in the database.
struct item_stored {
  weir::uuid item_id;
  std::int64_t quantity;
};

using item_events = weir::event_stream<"@stream@", "@name@.>">;

template <>
struct weir::bind<item_created> : weir::bound_to<"@name@.created", item_events, 1> {};
template <>
struct weir::bind<item_stored> : weir::bound_to<"@name@.stored", item_events, 1> {};
