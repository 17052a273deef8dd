// SPDX-License-Identifier: Apache-2.0
#include "weir/config/secret.hpp"

#include <doctest/doctest.h>

#include <type_traits>

TEST_SUITE_BEGIN("config.secret");

using password = weir::secret<std::string>;

TEST_CASE("a secret becomes nothing else by itself") {
  CHECK_FALSE(std::is_convertible_v<password, std::string>);
  CHECK_FALSE(std::is_convertible_v<password, std::string_view>);
  CHECK_FALSE(std::is_convertible_v<std::string, password>);
  CHECK_FALSE(std::is_constructible_v<std::string, password>);
}

TEST_CASE("a secret shows its value to who asks for it by name") {
  const password pen(std::string("pen"));

  CHECK(pen.reveal() == "pen");
  CHECK(pen.file().empty());
  CHECK(password("pen", "/run/secrets/pen").file() == "/run/secrets/pen");
  CHECK(weir::secret<int>().reveal() == 0);
}

TEST_CASE("secrets are equal where every byte is") {
  const password pen(std::string("pen"));

  CHECK(pen == password("pen", "/run/secrets/pen"));
  CHECK(pen == "pen");
  for (const char* other : {"", "p", "pe", "peN", "Pen", "pens"}) CHECK_FALSE(pen == other);
  CHECK(password() == "");
}

TEST_SUITE_END();
