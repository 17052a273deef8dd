// SPDX-License-Identifier: Apache-2.0
#include "weir/config/masked_url.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("config.masked_url");

using weir::masked_url;

TEST_CASE("a password in a URL is masked, and nothing else") {
  CHECK(masked_url("nats://user:pa:ss@host:4222") == "nats://user:***@host:4222");
  CHECK(masked_url("nats://token@host") == "nats://***@host");
  CHECK(masked_url("nats://host:4222") == "nats://host:4222");
  CHECK(masked_url("nats://a:b@c:1,nats://d:e@f:2") == "nats://a:***@c:1,nats://d:***@f:2");
  CHECK(masked_url("postgresql://u:p@h/db?x=a@b") == "postgresql://u:***@h/db?x=***");
  CHECK(masked_url("see nats://u:p@h, or a@b.c") == "see nats://u:***@h, or a@b.c");
  CHECK(masked_url("") == "");
}

TEST_CASE("a password that should have been percent-encoded is masked all the same") {
  CHECK(masked_url("nats://user:pa/ss@host") == "nats://user:***@host");
  CHECK(masked_url("nats://user:pa@ss@host") == "nats://user:***@host");
  CHECK(masked_url("nats://user:pa?ss@host/x") == "nats://user:***@host/x");
  CHECK(masked_url("nats://user:pa,ss@host") == "nats://user:***@host");
  CHECK(masked_url("postgresql://u:a/b@c/d@h/db") == "postgresql://u:***@h/db");
}

TEST_CASE("an account in front of a host without a scheme is masked") {
  CHECK(masked_url("user:pass@host:4222") == "user:***@host:4222");
  CHECK(masked_url("user:pa@ss@host") == "user:***@host");
  CHECK(masked_url("token@host:4222 and host:4222") == "***@host:4222 and host:4222");
  CHECK(masked_url("user@host: why") == "user@host: why");
}

TEST_CASE("parameters of URLs are masked, but for those that nobody has to hide") {
  CHECK(masked_url("http://h:4318/v1?api-key=abc&x") == "http://h:4318/v1?api-key=***&***");
  CHECK(masked_url("nats://h?token=a see?b=c") == "nats://h?token=*** see?b=c");
  CHECK(masked_url("postgresql://h/db?sslmode=require&host=a&pasword=b&port=1") ==
        "postgresql://h/db?sslmode=require&host=a&pasword=***&port=1");
  CHECK(masked_url("http://h/?=a&b=") == "http://h/?=***&b=");
}

TEST_CASE("a password of libpq's connection strings is masked") {
  CHECK(masked_url("host=db password=pen user=clerk") == "host=db password=*** user=clerk");
  CHECK(masked_url("password = 'a \\' pen' user=clerk") == "password = *** user=clerk");
  CHECK(masked_url("password=a\\ pen user=clerk") == "password=*** user=clerk");
  CHECK(masked_url("host=db sslpassword=pen") == "host=db sslpassword=***");
  CHECK(masked_url("postgresql://h/db?user=clerk&password=pen&port=1") ==
        "postgresql://h/db?user=clerk&password=***&port=1");
  CHECK(masked_url("password='no end") == "password=***");
  CHECK(masked_url("password=") == "password=***");
  CHECK(masked_url("password=\\") == "password=***");
  CHECK(masked_url("the password is wrong") == "the password is wrong");
}

TEST_SUITE_END();
