// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"

#include <doctest/doctest.h>

#include "weir/postgres/error.hpp"

TEST_SUITE_BEGIN("service.refusal");

using weir::detail::failed_request;
using weir::detail::refusal_of;
using weir::detail::request_progress;

namespace {

weir::error of(weir::errc code, weir::disposition how = weir::disposition::permanent) {
  return {code, how, "for a reason"};
}

weir::postgres::error by_server(std::string sqlstate,
                                weir::postgres::effect effect = weir::postgres::effect::none) {
  return {{.sqlstate = std::move(sqlstate), .message = "says the server"}, "commit", {}, effect};
}

int code_of(const weir::error& failure, failed_request request) {
  return refusal_of(failure, request).code;
}

}  // namespace

TEST_CASE("a commit whose answer was lost may have been done, whatever else is wrong") {
  const auto unknown = by_server("08006", weir::postgres::effect::unknown);
  for (const auto at : {request_progress::handling, request_progress::finishing}) {
    CHECK(code_of(unknown, {at, false, "connection refused"}) == 504);
  }
}

TEST_CASE("a deadline before anything is done is another answer than one after") {
  const auto late = of(weir::errc::deadline_exceeded, weir::disposition::retry);
  CHECK(code_of(late, {request_progress::waiting, true}) == 503);
  CHECK(code_of(late, {request_progress::handling, true}) == 504);
  CHECK(code_of(late, {request_progress::finishing, true}) == 504);
  // One of the handler's own is passed on as it is.
  CHECK(refusal_of(late, {request_progress::handling, false}).description == "for a reason");
}

TEST_CASE("while the database is down, what could succeed later has failed for that") {
  const std::string why = "connection refused";
  const auto late = of(weir::errc::deadline_exceeded, weir::disposition::retry);
  const auto told = refusal_of(late, {request_progress::handling, true, why});
  CHECK(told.code == 503);
  CHECK(told.description == "PostgreSQL cannot be reached: connection refused");
  CHECK(code_of(of(weir::errc::not_found), {request_progress::handling, false, why}) == 404);
  // The COMMIT may have been under way.
  CHECK(code_of(late, {request_progress::finishing, true, why}) == 504);
}

TEST_CASE("the server's errors are nobody's fault who asks: 503 where they pass, else 500") {
  CHECK(code_of(by_server("40001"), {request_progress::handling}) == 503);
  CHECK(code_of(by_server("57P01"), {request_progress::finishing}) == 503);
  CHECK(code_of(by_server("53300"), {request_progress::handling}) == 503);
  CHECK(code_of(by_server("23505"), {request_progress::handling}) == 500);
  CHECK(code_of(by_server("23505"), {request_progress::finishing}) == 500);
}

TEST_CASE("what fails after the handler is no fault of who asks") {
  for (const auto code : {weir::errc::invalid_argument, weir::errc::limit_exceeded,
                          weir::errc::not_found, weir::errc::conflict}) {
    CHECK(code_of(of(code), {request_progress::finishing}) == 500);
    CHECK(code_of(of(code, weir::disposition::retry), {request_progress::finishing}) == 503);
  }
  CHECK(code_of(of(weir::errc::limit_exceeded), {request_progress::handling}) == 413);
}

TEST_SUITE_END();
