// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "weir/event/bind.hpp"

/// What the services of these tests handle: a letter says what is to happen to it.
struct Letter {
  std::int64_t id;
  std::string wish;
};

/// What they publish.
struct Reply {
  std::int64_t id;
};

/// A reply that no server takes.
struct Book {
  std::string text;
};

/// What they publish to a stream that is not there.
struct Parcel {
  std::int64_t id;
};

using Letters = weir::event_stream<"LETTERS", "letters.>">;

template <>
struct weir::bind<Letter> : weir::bound_to<"letters.sent", Letters, 1> {};
template <>
struct weir::bind<Reply> : weir::bound_to<"letters.answered", Letters, 1> {};
template <>
struct weir::bind<Book> : weir::bound_to<"letters.answered.at_length", Letters, 1> {};

using Parcels = weir::event_stream<"PARCELS", "parcels.>">;

template <>
struct weir::bind<Parcel> : weir::bound_to<"parcels.sent", Parcels, 1> {};
