// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/cursor.hpp"

#include <algorithm>

#include "session.hpp"
#include "text_statement.hpp"

namespace weir::postgres::detail {
namespace {

/// How many rows the first piece has; the size of these says how many the next may have.
constexpr std::size_t first_piece_rows = 16;
constexpr std::size_t piece_rows_max = 8192;
/// What a piece may take in memory; one row that is larger is a piece alone.
constexpr std::size_t piece_bytes = std::size_t{1} << 20;

std::size_t rows_of_next(const result_set& piece) {
  const std::size_t count = static_cast<std::size_t>(piece.row_count());
  const std::size_t row_bytes = std::max<std::size_t>(piece.memory_size() / count, 1);
  return std::clamp<std::size_t>(piece_bytes / row_bytes, 1, piece_rows_max);
}

}  // namespace

cursor::cursor(tx& in, const statement_shape& query, parameters encoded)
    : in_(session_access::of(in)),
      query_(query),
      encoded_(std::move(encoded)),
      name_(in_.new_cursor_name()),
      piece_rows_(first_piece_rows) {}

cursor::~cursor() {
  if (is_open_) in_.send_if_open(std::make_shared<text_statement>("close " + name_));
}

void cursor::open() {
  encoded_.throw_if_refused();
  auto declaration = std::make_shared<text_statement>(
      "declare " + name_ + " no scroll cursor for " + query_.sql, query_.types, query_.count);
  in_.send(std::move(declaration), encoded_);
  is_open_ = true;
  ask();
}

void cursor::ask() {
  auto fetch =
      std::make_shared<text_statement>("fetch " + std::to_string(piece_rows_) + " from " + name_);
  asked_rows_ = piece_rows_;
  coming_ = fetch;
  in_.send(std::move(fetch), {});
}

task<result_set> cursor::next() {
  if (!is_open_ && !coming_) open();
  if (!coming_) co_return result_set();
  co_await in_.settle_sent();
  result_set piece = std::move(coming_->rows);
  const bool is_last = static_cast<std::size_t>(piece.row_count()) < asked_rows_;
  if (is_last) {
    coming_.reset();
  } else {
    piece_rows_ = rows_of_next(piece);
    ask();
    in_.send_on();
  }
  co_return piece;
}

}  // namespace weir::postgres::detail
