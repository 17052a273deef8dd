// SPDX-License-Identifier: Apache-2.0
#include "sql_script.hpp"

#include <doctest/doctest.h>

namespace {

using namespace weir::postgres::detail;
using texts = std::vector<std::string>;

texts split(std::string_view sql) {
  texts found;
  for (const auto& one : split_script(sql)) found.emplace_back(one.sql);
  return found;
}

bool controls(std::string_view sql) {
  const auto found = split_script(sql);
  REQUIRE(found.size() == 1);
  return controls_transaction(found.front());
}

}  // namespace

TEST_SUITE("postgres.sql_script") {
  TEST_CASE("a text is taken apart at its semicolons, without what is empty") {
    CHECK(split("").empty());
    CHECK(split(" ;;\n-- nothing; at all\n/* ; /* ; */ ; */ ;").empty());
    CHECK(split("select 1; select 2 ;select 3") == texts{"select 1", "select 2", "select 3"});
    CHECK(split("-- first\nselect 1 -- one\n;") == texts{"select 1 -- one"});
  }

  TEST_CASE("semicolons in quotes, comments, parentheses and functions do not count") {
    for (const char* one : {"select ';', \";\", E'\\';', $$;$$, $a$;$$;$a$", "select 1 /* ; */ + 1",
                            "select a$b$c from d", "do $$ begin perform 1; end $$",
                            "create rule r as on insert to a do (select 1; select 2)",
                            "create function f() returns int begin atomic select 1; select case "
                            "when true then 1 end; end",
                            "create or replace procedure p() begin atomic select 1; end"}) {
      CAPTURE(one);
      CHECK(split(std::string(one) + "; select 2") == texts{one, "select 2"});
    }
    CHECK(split("create table begin_at (a int); end") ==
          texts{"create table begin_at (a int)", "end"});
  }

  TEST_CASE("what is not closed goes to the end, and nothing is read beyond it") {
    for (const char* one : {"select '; a", "select \"; a", "select $a$; b", "select E'\\",
                            "select (1;", "select /* ; a"}) {
      CAPTURE(one);
      CHECK(split(one) == texts{one});
    }
  }

  TEST_CASE("each statement knows the line on which it begins") {
    const auto found = split_script("\n-- a\nselect\n1;\n\n select 2; select 3");
    REQUIRE(found.size() == 3);
    CHECK(found[0].line == 3);
    CHECK(found[1].line == 6);
    CHECK(found[2].line == 6);
    CHECK(line_of("a\n\xc3\xa4\nb", 1) == 1);
    CHECK(line_of("a\n\xc3\xa4\nb", 5) == 3);
  }

  TEST_CASE("what begins or ends a transaction is known, and a savepoint is not taken for it") {
    for (const char* one :
         {"begin", "BEGIN work", "start transaction", "commit", "COMMIT AND CHAIN", "end", "abort",
          "rollback", "rollback work", "rollback prepared 'a'", "prepare transaction 'a'"}) {
      CAPTURE(one);
      CHECK(controls(one));
    }
    for (const char* one :
         {"savepoint a", "rollback to a", "rollback work to savepoint a", "release a",
          "prepare a as select 1", "select 'commit'", "lock t", "do $$ begin commit; end $$"}) {
      CAPTURE(one);
      CHECK_FALSE(controls(one));
    }
  }
}
