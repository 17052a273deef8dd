// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/event/bind.hpp"

/// What the services of these tests handle.
struct Parcel {
  std::int64_t id;
  std::string shelf;
};

/// What they publish, into a stream that is none of theirs.
struct Receipt {
  std::int64_t parcel;
};

using Parcels = weir::event_stream<"PARCELS", "parcels.>">;
using Receipts = weir::event_stream<"RECEIPTS", "receipts.>">;

template <>
struct weir::bind<Parcel> : weir::bound_to<"parcels.sent", Parcels, 1> {};
template <>
struct weir::bind<Receipt> : weir::bound_to<"receipts.written", Receipts, 1> {};
