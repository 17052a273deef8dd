// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/pipeline.hpp"

#include <algorithm>

#include "pool_core.hpp"
#include "result_error.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres {
namespace detail {

const result_set& executed_rows(const reply& answer, const statement_shape& shape) {
  switch (answer.what) {
    case reply::outcome::executed:
      return answer.rows;
    case reply::outcome::none:
      throw weir::error(errc::invalid_argument, disposition::permanent,
                        std::string("the answer was asked for before run() of its pipeline had "
                                    "ended: ") +
                            shape.sql);
    case reply::outcome::not_executed:
      throw not_executed("a statement before it in the pipeline was refused");
    case reply::outcome::refused:
    case reply::outcome::lost:
      break;
  }
  throw error(*answer.failure);
}

}  // namespace detail

std::shared_ptr<detail::reply> pipeline::add(const detail::statement_shape& shape,
                                             detail::parameters encoded) {
  encoded.throw_if_refused();
  auto to = std::make_shared<detail::reply>();
  if (in_ != nullptr) {
    in_->enqueue_encoded(shape, encoded, to);
  } else {
    bytes_ += encoded.bytes().size();
    if (entries_.size() == enqueued_statements_max || bytes_ > enqueued_bytes_max) {
      throw weir::error(errc::limit_exceeded, disposition::permanent,
                        "a pipeline has too much (" + std::to_string(entries_.size()) +
                            " statements, " + std::to_string(bytes_) +
                            " bytes): use a transaction, and flush() in between");
    }
    entries_.push_back({&shape, std::move(encoded), to});
  }
  return to;
}

task<> pipeline::run() {
  if (in_ != nullptr) co_return co_await in_->flush();
  const detail::lease lent = co_await detail::pool_access::of(*on_).acquire();
  lent->trim();
  std::size_t index = 0;
  bool changes = false;
  for (const entry& one : entries_) {
    lent->send(*one.shape, one.encoded, index++, one.to);
    changes = changes || one.shape->kind == statement_kind::write;
  }
  lent->send_sync();
  const auto settled = co_await lent->settle().as_result();
  if (!settled) co_await shield(lent->interrupt());
  if (lent->failure()) {
    if (!settled) throw settled.error();
    throw error(*lent->failure());
  }
  if (lent->lost()) {
    throw detail::connection_lost(lent->lost()->message(),
                                  changes ? effect::unknown : effect::none);
  }
}

}  // namespace weir::postgres
