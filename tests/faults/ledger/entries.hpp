// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "weir/event/bind.hpp"

/// The entry of this number was made in an account; numbers count from 1 in each.
struct EntryMade {
  std::int64_t account, number;
};

/// It stands in the ledger.
struct EntryBooked {
  std::int64_t account, number;
};

using Ledger = weir::event_stream<"LEDGER", "ledger.>">;

template <>
struct weir::bind<EntryMade> : weir::bound_to<"ledger.made", Ledger, 1> {};
template <>
struct weir::bind<EntryBooked> : weir::bound_to<"ledger.booked", Ledger, 1> {};
