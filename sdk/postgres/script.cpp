// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"
#include "result_error.hpp"

namespace weir::postgres::detail {

task<> connection::run_script(std::string sql) {
  WEIR_ASSERT(owed_.empty() && !settling_);
  if (lost_) co_return;
  failure_.reset();
  ran_script_ = true;
  if (!engine_->send_script(sql)) {
    lose(engine_->last_error());
    co_return;
  }
  for (bool ended = false; !ended && !lost_;) {
    std::optional<answer> got = engine_->next();
    if (!got) {
      co_await wait_ready();
      continue;
    }
    ended = got->what == answer::kind::end;
    if (!ended) take_script_answer(std::move(*got), sql);
  }
  if (!lost_ && !engine_->end_script()) lose(engine_->last_error());
}

void connection::take_script_answer(answer got, const std::string& sql) {
  switch (got.what) {
    case answer::kind::copy_in:
    case answer::kind::copy_out:
      return lose("COPY from or to the client cannot be part of a script");
    case answer::kind::broken:
      return lose(std::move(got.fields->message));
    case answer::kind::refused:
      if (!failure_) failure_ = error(std::move(*got.fields), sql, std::nullopt);
      return;
    default:
      return;
  }
}

}  // namespace weir::postgres::detail
