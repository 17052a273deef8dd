// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/copy_sink.hpp"

#include "refuse.hpp"
#include "session.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres::detail {
namespace {

/// What the rows of a binary COPY begin with: a signature, no flags, and no extension.
constexpr std::string_view head("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
/// In place of a number of fields.
constexpr std::uint16_t end_mark = 0xffff;

}  // namespace

copy_sink::copy_sink(copy_target target) : target_(std::move(target)), bytes_(head) {}

copy_sink::~copy_sink() {
  if (is_open_) target_.in->abandon_copy();
}

void copy_sink::require_open() const {
  if (!is_open_)
    refuse_argument("the COPY has ended: no rows can be added after finish() or abort()");
}

task<> copy_sink::send() {
  co_await target_.in->send_copy(bytes_);
  bytes_.clear();
}

task<std::uint64_t> copy_sink::finish() {
  require_open();
  put_big_endian(bytes_, end_mark);
  co_await send();
  const std::uint64_t stored = co_await target_.in->finish_copy();
  is_open_ = false;
  if (target_.own) co_await target_.own->commit();
  co_return stored;
}

task<> copy_sink::abort(std::string reason) {
  if (!is_open_) co_return;
  is_open_ = false;
  co_await shield(target_.in->abort_copy(std::move(reason)));
  if (target_.own) co_await target_.own->rollback();
}

}  // namespace weir::postgres::detail
