// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/error.hpp"

struct pg_result;

namespace weir::postgres::detail {

/// What the server, or libpq, says in an answer that is an error.
error_fields read_error_fields(const pg_result* answer);

}  // namespace weir::postgres::detail
