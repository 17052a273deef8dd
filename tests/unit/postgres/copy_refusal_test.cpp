// SPDX-License-Identifier: Apache-2.0
#include "copy_refusal.hpp"

#include <doctest/doctest.h>

#include <string>

#include "seed.hpp"
#include "weir/detail/split_mix.hpp"
#include "weir/postgres/detail/codec.hpp"

namespace weir::postgres::detail {
namespace {

using namespace std::string_literals;

std::string message(char type, const std::string& body) {
  std::string out(1, type);
  put_big_endian(out, static_cast<std::uint32_t>(body.size() + sizeof(std::uint32_t)));
  return out + body;
}

std::string fields(const std::string& severity, const std::string& text) {
  return "S" + severity + "\0V"s + severity + "\0C23505\0M"s + text + "\0Fcopy.c\0\0"s;
}

std::string random_text(weir::detail::split_mix& random) {
  static constexpr std::string_view letters = "EEESVCM ERROR";
  std::string text;
  for (std::uint64_t left = random.next() % 30; left > 0; --left) {
    text += random.next() % 4 == 0 ? static_cast<char>(1 + random.next() % 255)
                                   : letters[random.next() % letters.size()];
  }
  return text;
}

/// What a server says beside errors, with text of users in it.
std::string random_message(weir::detail::split_mix& random) {
  const std::string text = random_text(random);
  switch (random.next() % 3) {
    case 0:
      return message('N', fields("WARNING", text + fields("ERROR", text).substr(0, 6)));
    case 1: {
      std::string body;
      put_big_endian(body, static_cast<std::uint32_t>(random.next() % 100'000));
      return message('A', body + text + "\0"s + random_text(random) + "\0"s);
    }
    default:
      return message('S', text + "\0"s + random_text(random) + "\0"s);
  }
}

TEST_SUITE("postgres.copy_refusal") {
  TEST_CASE("an error is heard behind other messages, wherever the first of them was cut") {
    const std::string notice = message('N', fields("WARNING", "row EE EE"));
    const std::string error = message('E', fields("ERROR", "duplicate key"));
    for (std::size_t at = 0; at <= notice.size(); ++at) {
      CHECK(tells_error(notice.substr(at) + error));
      CHECK(tells_error(notice.substr(at) + error + "Z\0\0"s));
    }
    CHECK(tells_error(message('E', fields("FATAL", ""))));
  }

  TEST_CASE("an error that is not here as a whole is not heard") {
    const std::string error = message('E', fields("ERROR", "duplicate key"));
    for (std::size_t size = 0; size < error.size(); ++size) {
      CHECK_FALSE(tells_error(error.substr(0, size)));
    }
  }

  TEST_CASE("what is not an error is not heard as one, wherever it is cut") {
    CHECK_FALSE(tells_error(message('N', fields("WARNING", "EEEE"))));
    CHECK_FALSE(tells_error(message('E', fields("WARNING", ""))));
    weir::detail::split_mix random(weir::test::seed());
    for (int round = 0; round < 20'000; ++round) {
      std::string said;
      while (said.size() < 200) said += random_message(random);
      const std::size_t first = random.next() % said.size();
      const std::string heard = said.substr(first, random.next() % (said.size() - first) + 1);
      if (tells_error(heard)) FAIL("taken for an error in round " << round);
    }
    CHECK(true);
  }
}

}  // namespace
}  // namespace weir::postgres::detail
