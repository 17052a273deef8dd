// SPDX-License-Identifier: Apache-2.0
#include <libpq-fe.h>

#include "connection.hpp"
#include "result_error.hpp"

namespace weir::postgres::detail {

task<> connection::run_script(std::string sql) {
  WEIR_ASSERT(owed_.empty() && !settling_);
  if (lost_) co_return;
  failure_.reset();
  ran_script_ = true;
  // The simple protocol, which takes several statements, does not exist in pipeline mode.
  if (PQexitPipelineMode(raw_.get()) != 1 || PQsendQuery(raw_.get(), sql.c_str()) != 1) {
    lose(PQerrorMessage(raw_.get()));
    co_return;
  }
  for (bool ended = false; !ended && !lost_;) {
    while (!ended && !lost_ && PQisBusy(raw_.get()) == 0) {
      const result_handle answer(PQgetResult(raw_.get()));
      ended = answer == nullptr;
      if (answer) take_script_answer(answer.get(), sql);
    }
    if (!ended && !lost_) co_await wait_ready();
  }
  if (!lost_ && PQenterPipelineMode(raw_.get()) != 1) lose(PQerrorMessage(raw_.get()));
}

void connection::take_script_answer(const pg_result* answer, const std::string& sql) {
  switch (PQresultStatus(answer)) {
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
      return lose("COPY from or to the client cannot be part of a script");
    case PGRES_FATAL_ERROR:
      break;
    default:
      return;
  }
  error_fields fields = read_error_fields(answer);
  if (fields.sqlstate.empty()) return lose(std::move(fields.message));
  if (!failure_) failure_ = error(std::move(fields), sql, std::nullopt);
}

}  // namespace weir::postgres::detail
