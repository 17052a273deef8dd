// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "letters.hpp"
#include "weir/service/service.hpp"

namespace weir::test {

/// Not repeatable: where `id` is a key, a second time fails; elsewhere it is seen.
inline constexpr auto store_letter = stmt<"insert into letters (id, attempt) values ($1, 1)">;

/// Publishes the answer to a letter; a parcel where that is wished.
template <class Publisher>
void answer(const Letter& letter, Publisher& by) {
  if (letter.wish == "a parcel") {
    by.publish(Parcel{letter.id});
  } else {
    by.publish(Reply{letter.id});
  }
}

// Store each letter and answer it, in every form of a handler with a database.
inline task<> store_alone(Letter letter, tx& db) {
  co_await db.exec(store_letter, letter.id);
  answer(letter, db);
}
inline task<> store_together(Letter letter, unit& db) {
  db.exec(store_letter, letter.id);
  answer(letter, db);
  co_return;
}
inline task<> store_many(std::span<const Letter> letters, tx& db) {
  for (const Letter& one : letters) {
    db.enqueue(store_letter, one.id);
    answer(one, db);
  }
  co_return;
}

}  // namespace weir::test
