// SPDX-License-Identifier: Apache-2.0
#include "weir/config/environment.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "weir/error.hpp"

TEST_SUITE_BEGIN("service.environment");

namespace {

/// The variables that read_environment looks at, unset; restored at the end.
class clean_environment {
 public:
  clean_environment() {
    for (const char* name : names) {
      if (const char* value = std::getenv(name)) saved_.emplace_back(name, value);
      unsetenv(name);
    }
  }
  ~clean_environment() {
    for (const char* name : names) unsetenv(name);
    for (const auto& [name, value] : saved_) setenv(name.c_str(), value.c_str(), 1);
  }
  void set(const char* name, const char* value) { setenv(name, value, 1); }

 private:
  static constexpr const char* names[] = {"NATS_URL", "DATABASE_URL", "WEIR_DATABASE_CONNECTIONS"};
  std::vector<std::pair<std::string, std::string>> saved_;
};

std::string refusal() {
  try {
    weir::read_environment();
  } catch (const weir::error& refused) {
    return refused.message();
  }
  return {};
}

}  // namespace

TEST_CASE("without variables the defaults hold") {
  const clean_environment clean;
  const auto found = weir::read_environment();

  CHECK(found.nats_url == "nats://127.0.0.1:4222");
  CHECK(found.database_url.empty());
  CHECK(found.database_connections == 10);
}

TEST_CASE("a wrong variable is refused by its name, with what would be right") {
  clean_environment clean;

  clean.set("NATS_URL", "http://127.0.0.1:4222");
  CHECK(refusal().find("NATS_URL") != std::string::npos);
  CHECK(refusal().find("nats://host:4222") != std::string::npos);
  clean.set("NATS_URL", "nats://a:1,nats://");
  CHECK(refusal().find("NATS_URL") != std::string::npos);
  clean.set("NATS_URL", "nats://a:1,nats://b:2");
  CHECK(refusal().empty());

  clean.set("DATABASE_URL", "mysql://root:secret@db/x");
  CHECK(refusal().find("DATABASE_URL") != std::string::npos);
  CHECK(refusal().find("secret") == std::string::npos);
  clean.set("DATABASE_URL", "host=/run/postgresql dbname=orders");
  CHECK(refusal().empty());

  for (const char* wrong : {"0", "201", "ten", "5x", "-1"}) {
    clean.set("WEIR_DATABASE_CONNECTIONS", wrong);
    CHECK(refusal().find("from 1 to 200") != std::string::npos);
  }
  clean.set("WEIR_DATABASE_CONNECTIONS", "200");
  CHECK(weir::read_environment().database_connections == 200);
}

TEST_CASE("a password in a URL is masked, and nothing else") {
  CHECK(weir::masked_url("nats://user:pa:ss@host:4222") == "nats://user:***@host:4222");
  CHECK(weir::masked_url("nats://token@host") == "nats://***@host");
  CHECK(weir::masked_url("nats://host:4222") == "nats://host:4222");
  CHECK(weir::masked_url("nats://a:b@c:1,nats://d:e@f:2") == "nats://a:***@c:1,nats://d:***@f:2");
  CHECK(weir::masked_url("postgresql://u:p@h/db?x=a@b") == "postgresql://u:***@h/db?x=a@b");
  CHECK(weir::masked_url("") == "");
}

TEST_SUITE_END();
