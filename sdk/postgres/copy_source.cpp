// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/copy_source.hpp"

#include "refuse.hpp"
#include "session.hpp"

namespace weir::postgres::detail {
namespace {

constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);
/// In place of a number of fields.
constexpr std::uint16_t end_mark = 0xffff;

}  // namespace

copy_source::~copy_source() {
  if (is_open_) target_.in->abandon_copy();
}

copy_source::came copy_source::take() {
  while (!take_row()) {
    if (target_.in->take_copy(piece_) == progress::pending) return came::nothing;
    if (piece_.empty()) return came::end;
    // Most pieces are a row: nothing is left of the one before.
    if (at_ == bytes_.size()) {
      std::swap(bytes_, piece_);
    } else {
      bytes_.erase(0, at_) += piece_;
    }
    at_ = 0;
  }
  ++rows_;
  return came::row;
}

std::optional<std::string_view> copy_source::part(std::size_t& at, std::size_t size) const {
  if (bytes_.size() - at < size) return std::nullopt;
  const std::string_view taken = std::string_view(bytes_).substr(at, size);
  at += size;
  return taken;
}

bool copy_source::take_head() {
  if (has_head_) return true;
  std::size_t at = at_;
  const auto begins = part(at, signature.size());
  const auto flags = part(at, sizeof(std::uint32_t));
  const auto size = part(at, sizeof(std::uint32_t));
  if (!begins || !flags || !size) return false;
  if (*begins != signature) refuse_value("PostgreSQL sent rows of a COPY that are not binary");
  if (!part(at, get_big_endian<std::uint32_t>(*size, "COPY"))) return false;
  at_ = at;
  return has_head_ = true;
}

bool copy_source::take_row() {
  if (has_ended_ || !take_head()) return false;
  std::size_t at = at_;
  const auto count = part(at, sizeof(std::uint16_t));
  if (!count) return false;
  const auto fields = get_big_endian<std::uint16_t>(*count, "COPY");
  if (fields == end_mark) {
    has_ended_ = true;
    at_ = at;
    return false;
  }
  if (fields != target_.types.size()) {
    refuse_value("PostgreSQL sent a row of " + std::to_string(fields) + " columns where " +
                 std::to_string(target_.types.size()) + " were asked for");
  }
  fields_.clear();
  for (std::size_t column = 0; column < fields; ++column) {
    const auto length = part(at, sizeof(std::uint32_t));
    if (!length) return false;
    const auto size = get_big_endian<std::uint32_t>(*length, "COPY");
    if (size == null_length) {
      fields_.emplace_back();
      continue;
    }
    const auto value = part(at, size);
    if (!value) return false;
    fields_.push_back(value);
  }
  at_ = at;
  return true;
}

task<> copy_source::wait() { return target_.in->receive_copy(); }

task<> copy_source::finish() {
  co_await target_.in->finish_copy();
  is_open_ = false;
  if (target_.own) co_await target_.own->commit();
}

void null_copied(std::string_view field, std::uint64_t row) {
  refuse_value("column \"" + std::string(field) + "\" is NULL in row " + std::to_string(row) +
               " of the COPY; make the field a std::optional, or use coalesce in a query");
}

}  // namespace weir::postgres::detail
