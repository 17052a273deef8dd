// SPDX-License-Identifier: Apache-2.0
#include "weir/event/subject.hpp"

#include <doctest/doctest.h>

using weir::check_subject;
using weir::check_subject_pattern;
using weir::subject_covers;
using weir::subject_fault;

TEST_SUITE("event.subject") {
  TEST_CASE("plain tokens between points are a subject") {
    for (const char* subject : {"orders", "orders.created", "$JS.ACK.x", "a-b_c.1", "d.\xc3\xa9"}) {
      CAPTURE(subject);
      CHECK(check_subject(subject) == subject_fault::none);
      CHECK(check_subject_pattern(subject) == subject_fault::none);
    }
  }

  TEST_CASE("each fault of a subject is told apart") {
    CHECK(check_subject("") == subject_fault::empty);
    CHECK(check_subject(".a") == subject_fault::empty_token);
    CHECK(check_subject("a.") == subject_fault::empty_token);
    CHECK(check_subject(".") == subject_fault::empty_token);
    CHECK(check_subject("a..b") == subject_fault::empty_token);
    CHECK(check_subject("a b") == subject_fault::bad_character);
    CHECK(check_subject("a\r\nPUB b 1") == subject_fault::bad_character);
    CHECK(check_subject(std::string_view("a\0b", 3)) == subject_fault::bad_character);
    CHECK(check_subject("a\x7f") == subject_fault::bad_character);
    CHECK(check_subject("a.*") == subject_fault::wildcard);
    CHECK(check_subject("a.>") == subject_fault::wildcard);
    CHECK(check_subject("a*b") == subject_fault::wildcard);
  }

  TEST_CASE("a pattern has wildcards as whole tokens, and > only at its end") {
    CHECK(check_subject_pattern("a.*.b") == subject_fault::none);
    CHECK(check_subject_pattern(">") == subject_fault::none);
    CHECK(check_subject_pattern("a.>") == subject_fault::none);
    CHECK(check_subject_pattern("a.>.b") == subject_fault::tail_not_last);
    CHECK(check_subject_pattern("a.b*") == subject_fault::wildcard);
    CHECK(check_subject_pattern("a.>x") == subject_fault::wildcard);
    CHECK(check_subject_pattern("a.>.") == subject_fault::empty_token);
  }

  TEST_CASE("a star covers one token and a tail one or more") {
    CHECK(subject_covers("orders.created", "orders.created"));
    CHECK_FALSE(subject_covers("orders.created", "orders.create"));
    CHECK_FALSE(subject_covers("orders", "orders.created"));
    CHECK_FALSE(subject_covers("orders.created", "orders"));
    CHECK(subject_covers("orders.*", "orders.created"));
    CHECK_FALSE(subject_covers("orders.*", "orders"));
    CHECK_FALSE(subject_covers("orders.*", "orders.created.eu"));
    CHECK(subject_covers("*.*.eu", "orders.created.eu"));
    CHECK(subject_covers("orders.>", "orders.created.eu"));
    CHECK_FALSE(subject_covers("orders.>", "orders"));
    CHECK(subject_covers(">", "orders"));
  }

  TEST_CASE("a pattern covers a narrower pattern") {
    CHECK(subject_covers("orders.>", "orders.*.paid"));
    CHECK(subject_covers("orders.>", "orders.>"));
    CHECK(subject_covers("orders.*", "orders.*"));
    CHECK_FALSE(subject_covers("orders.*", "orders.>"));
    CHECK_FALSE(subject_covers("orders.created", "orders.*"));
  }
}
