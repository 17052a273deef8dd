// SPDX-License-Identifier: Apache-2.0
#include "error_fields.hpp"

#include <libpq-fe.h>

#include <cstdlib>

namespace weir::postgres::detail {

error_fields read_error_fields(const pg_result* answer) {
  const auto field = [answer](int code) {
    const char* text = PQresultErrorField(answer, code);
    return std::string(text == nullptr ? "" : text);
  };
  error_fields fields;
  fields.sqlstate = field(PG_DIAG_SQLSTATE);
  fields.severity = field(PG_DIAG_SEVERITY_NONLOCALIZED);
  // What PgBouncer says itself has the other one only.
  if (fields.severity.empty()) fields.severity = field(PG_DIAG_SEVERITY);
  fields.message = field(PG_DIAG_MESSAGE_PRIMARY);
  if (fields.message.empty()) fields.message = PQresultErrorMessage(answer);
  fields.detail = field(PG_DIAG_MESSAGE_DETAIL);
  fields.hint = field(PG_DIAG_MESSAGE_HINT);
  fields.constraint = field(PG_DIAG_CONSTRAINT_NAME);
  fields.schema = field(PG_DIAG_SCHEMA_NAME);
  fields.table = field(PG_DIAG_TABLE_NAME);
  fields.column = field(PG_DIAG_COLUMN_NAME);
  fields.routine = field(PG_DIAG_SOURCE_FUNCTION);
  fields.context = field(PG_DIAG_CONTEXT);
  fields.position = std::strtoul(field(PG_DIAG_STATEMENT_POSITION).c_str(), nullptr, 10);
  return fields;
}

}  // namespace weir::postgres::detail
