// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "contest.hpp"
#include "place.hpp"

namespace weir::bench {

/// One row read by its key, many times at once on one connection.
contest point_reads(const bench_place& at);
/// Events of three statements each, many of them in one transaction.
contest group_commit(const bench_place& at);
/// Rows into a table where half of their keys are, many of them in one statement.
contest bulk_upsert(const bench_place& at);
/// Rows into an empty table, by COPY in the binary format.
contest copy_rows(const bench_place& at);
/// Many rows as a stream: what memory they take.
contest row_stream(const bench_place& at);
/// One row read by its key, one at a time; client and server share a core, or have one each.
contest query_latency_on_one_core(const bench_place& at);
contest query_latency_on_two_cores(const bench_place& at);

}  // namespace weir::bench
