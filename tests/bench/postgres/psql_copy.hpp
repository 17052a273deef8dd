// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "contest.hpp"
#include "place.hpp"

namespace weir::bench {

/// Writes a file with the rows of stock_source, as COPY takes it in the binary format.
void write_copy_file(const std::filesystem::path& file, std::uint64_t rows);

/// Lets psql copy the file into the table `copied`; measures that alone, not psql's start.
task<cost> run_psql_copy(bench_place at, std::filesystem::path file, std::uint64_t rows);

}  // namespace weir::bench
