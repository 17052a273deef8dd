// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/error.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_SUITE_BEGIN("postgres.error");

using namespace weir;

namespace {

postgres::error error_of(std::string sqlstate, postgres::effect what = postgres::effect::none) {
  return {{.sqlstate = std::move(sqlstate)}, {}, std::nullopt, what};
}

}  // namespace

TEST_CASE("what passes by itself is to be tried again, and nothing else") {
  // A state of each class or state that docs/errors.md lists.
  for (const char* state : {"08006", "40001", "40P01", "53100", "53300", "55P03", "57014", "57P01",
                            "25006", "58030", "XX000", "26000", "25P03", "25P04"}) {
    CAPTURE(state);
    CHECK(error_of(state).disposition() == disposition::retry);
  }
  for (const char* state :
       {"22P02", "23505", "23514", "25P02", "42601", "42P01", "55000", "0A000", "28P01", "3D000"}) {
    CAPTURE(state);
    CHECK(error_of(state).disposition() == disposition::permanent);
  }
}

TEST_CASE("what an error of an unknown commit ended may be tried again, but not by itself") {
  const auto lost = error_of("08006", postgres::effect::unknown);
  CHECK(lost.disposition() == disposition::retry);
  CHECK(lost.commit_unknown());
  CHECK_FALSE(lost.retry_transaction());
}

TEST_CASE("a transaction is repeated after a rollback that is nobody's fault") {
  for (const char* state : {"08006", "25P03", "40001", "40P01", "57P01", "26000"}) {
    CAPTURE(state);
    CHECK(error_of(state).retry_transaction());
  }
  for (const char* state : {"23505", "40002", "53300", "57014", "55P03"}) {
    CAPTURE(state);
    CHECK_FALSE(error_of(state).retry_transaction());
  }
}

TEST_CASE("the code of an error is its SQLSTATE, for copies as plain errors, too") {
  const weir::error copy = error_of("23505");
  CHECK(copy.code() == postgres::sqlstate_code("23505"));
  CHECK(copy.code().message() == "23505");
  CHECK(copy.code() != postgres::sqlstate_code("23514"));
}

TEST_SUITE_END();
