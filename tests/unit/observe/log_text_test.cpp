// SPDX-License-Identifier: Apache-2.0
#include "log_text.hpp"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("observe.log_text");

namespace {

using weir::detail::log_place;

std::string plain(std::string_view text, std::size_t bytes_max = 1000) {
  std::string made;
  weir::detail::append_log_text(made, text, bytes_max, log_place::plain);
  return made;
}

std::string quoted(std::string_view text) {
  std::string made;
  weir::detail::append_log_text(made, text, 1000, log_place::quoted);
  return made;
}

}  // namespace

TEST_CASE("a text cannot end its line or command a terminal") {
  CHECK(plain("a\nb\r\tc") == "a\\nb\\r\\tc");
  CHECK(plain("\x1b[2J") == "\\u001b[2J");
  CHECK(plain(std::string_view("\0", 1)) == "\\u0000");
  CHECK(plain("\x7f") == "\\u007f");
  CHECK(plain("\xc2\x9b"
              "2J") == "\\u009b2J");  // A control character of Latin-1, which some terminals obey.
  CHECK(plain("\xe2\x80\xa8\xe2\x80\xa9") == "\\u2028\\u2029");
}

TEST_CASE("quotation marks and backslashes are escaped between quotation marks alone") {
  CHECK(plain(R"(say "\")") == R"(say "\")");
  CHECK(quoted(R"(say "\")") == R"(say \"\\\")");
}

TEST_CASE("what is no UTF-8 is replaced, byte by byte, and what is stays") {
  CHECK(plain("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8c\x8a") ==
        "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8c\x8a");
  CHECK(plain("a\xff"
              "b") ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(plain("\xc3") == "\xef\xbf\xbd");                                  // Cut off.
  CHECK(plain("\xc0\xaf") == "\xef\xbf\xbd\xef\xbf\xbd");                  // Overlong.
  CHECK(plain("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // A surrogate.
  CHECK(plain("\xf4\x90\x80\x80").size() == 12);                           // Past U+10FFFF.
}

TEST_CASE("what is longer than its bound is cut between characters, and says how long it was") {
  CHECK(plain("0123456789", 10) == "0123456789");
  CHECK(plain("0123456789a", 10) == "0123456789... (11 bytes)");
  CHECK(plain("12\xe2\x82\xac", 4) == "12... (5 bytes)");
  CHECK(plain("\x80\x80\x80\x80\x80\x80", 5).ends_with("... (6 bytes)"));
}

TEST_CASE("passwords in URLs are masked") {
  CHECK(plain("at nats://user:pass@host:4222, again") == "at nats://user:***@host:4222, again");
  CHECK(plain("postgres://u:p@ss:w@rd@host/db") == "postgres://u:***@host/db");
  CHECK(plain("nats://token@host") == "nats://***@host");
  CHECK(plain("nats://a:b@one,nats://c:d@two").find("d@") == std::string::npos);
  CHECK(plain("nats://host:4222 a@b") == "nats://host:4222 a@b");
  CHECK(plain("x://y://u:p@h") == "x://y:***@h");
  CHECK(plain("://") == "://");
}

TEST_CASE("a password is masked where its text is cut in its midst, too") {
  const std::string url = "nats://user:secret-secret@host";
  for (std::size_t cut = 0; cut <= url.size(); ++cut) {
    CAPTURE(cut);
    CHECK(plain(url, cut).find("secret") == std::string::npos);
    CHECK(plain(url, cut).find("sec") == std::string::npos);
  }
}

TEST_SUITE_END();
