// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/result_set.hpp"

#include <libpq-fe.h>

#include <cstdlib>

namespace weir::postgres::detail {

void result_deleter::operator()(pg_result* result) const noexcept { PQclear(result); }

int result_set::row_count() const noexcept { return PQntuples(result_.get()); }
int result_set::column_count() const noexcept { return PQnfields(result_.get()); }

std::string_view result_set::column_name(int column) const noexcept {
  return PQfname(result_.get(), column);
}

oid result_set::column_type(int column) const noexcept { return PQftype(result_.get(), column); }

bool result_set::is_null(int row, int column) const noexcept {
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view result_set::bytes(int row, int column) const noexcept {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::uint64_t result_set::affected() const noexcept {
  return std::strtoull(PQcmdTuples(result_.get()), nullptr, 10);
}

std::size_t result_set::memory_size() const noexcept { return PQresultMemorySize(result_.get()); }

std::string_view result_set::command() const noexcept {
  return result_ ? std::string_view(PQcmdStatus(result_.get())) : std::string_view();
}

}  // namespace weir::postgres::detail
