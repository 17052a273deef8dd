// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weir::bench {

/// A parameter in PostgreSQL's binary format.
using binary_value = std::span<const char>;

/// libpq as it is, with blocking calls. Throws weir::error for what fails.
class libpq_connection {
 public:
  using answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

  explicit libpq_connection(const std::string& conninfo);

  /// Runs SQL text; gives the first value of the last statement, empty where there is none.
  std::string run(const std::string& sql);

  void prepare(const char* name, std::string_view sql);
  /// Parameters and columns are binary.
  answer execute(const char* name, std::span<const binary_value> parameters);

 private:
  /// Takes over `result`; gives it unless it is a failure.
  answer checked(PGresult* result) const;

  std::unique_ptr<PGconn, decltype(&PQfinish)> native_;
};

}  // namespace weir::bench
