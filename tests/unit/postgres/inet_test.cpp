// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/inet.hpp"

#include <array>

#include "value.hpp"

namespace weir::postgres::detail {
namespace {

inet read(std::string_view text) { return inet::parse(text).value(); }
std::string shown(std::string_view text) { return read(text).to_string(); }

inet random_inet(std::mt19937_64& random) {
  if (random() % 2 == 0) {
    inet::v4_bytes address{};
    for (std::uint8_t& byte : address) byte = static_cast<std::uint8_t>(random());
    return inet::v4(address, static_cast<unsigned>(random() % 33));
  }
  inet::v6_bytes address{};
  // Words of zeros are what the text form is about.
  for (std::size_t at = 0; at < address.size(); at += 2) {
    if (random() % 2 == 0) continue;
    address[at] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0 : random());
    address[at + 1] = static_cast<std::uint8_t>(random());
  }
  return inet::v6(address, static_cast<unsigned>(random() % 129));
}

TEST_SUITE("postgres.inet") {
  TEST_CASE("what is no address is refused, names among it") {
    for (const std::string_view text : {"",
                                        "localhost",
                                        "1",
                                        "1.2.3",
                                        "1.2.3.4.5",
                                        "1.2.3.256",
                                        "1.2.3.",
                                        ".1.2.3",
                                        "01.2.3.4",
                                        "1.2.3.4/",
                                        "1.2.3.4/33",
                                        "1.2.3.4/-1",
                                        "1.2.3.4/024",
                                        "1.2.3.4/24 ",
                                        " 1.2.3.4",
                                        "1.2.3.4/24/8",
                                        "+1.2.3.4",
                                        "-1.2.3.4",
                                        "1..2.3",
                                        "0x1.2.3.4"}) {
      CAPTURE(text);
      CHECK_FALSE(inet::parse(text).has_value());
    }
    for (const std::string_view text : {":",
                                        ":::",
                                        "1",
                                        "1:2:3:4:5:6:7",
                                        "1:2:3:4:5:6:7:8:9",
                                        "1:2:3:4:5:6:7:8:",
                                        "::1::",
                                        "1::2::3",
                                        "12345::",
                                        "g::",
                                        "::/129",
                                        "::1%eth0",
                                        "[::1]",
                                        "1:2:3:4:5:6:7::8",
                                        "::1.2.3",
                                        "1.2.3.4::",
                                        "::1.2.3.4:5",
                                        "1:2:3:4:5:6:7:1.2.3.4",
                                        ":1:2:3:4:5:6:7",
                                        "::-1",
                                        "::+1",
                                        "1:",
                                        ":1",
                                        "::1:"}) {
      CAPTURE(text);
      CHECK_FALSE(inet::parse(text).has_value());
    }
    CHECK(is_wrong_argument([] { return inet::v4({}, 33); }));
    CHECK(is_wrong_argument([] { return inet::v6({}, 129); }));
  }

  TEST_CASE("an address is printed as the server prints it") {
    for (const std::string_view text :
         {"0.0.0.0", "255.255.255.255", "192.168.1.5/24", "10.0.0.0/0", "::", "::1",
          "1::", "2001:db8::1/64", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "::1.2.3.4", "fe80::/10",
          "0:1::"}) {
      CHECK(shown(text) == text);
    }
    CHECK(shown("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
    CHECK(shown("1:0:2:3:4:5:6:7") == "1:0:2:3:4:5:6:7");
    CHECK(shown("1:0:0:2:0:0:0:3") == "1:0:0:2::3");
    CHECK(shown("1:0:0:2:3:0:0:4") == "1::2:3:0:0:4");
    CHECK(shown("0001:0:0:0:0:0:0:0/0") == "1::/0");
    CHECK(shown("1:2:3:4:5:6:1.2.3.4") == "1:2:3:4:5:6:102:304");
    CHECK(shown("1:2:3:4:5:6:7::") == "1:2:3:4:5:6:7:0");
    CHECK(shown("10.0.0.1/32") == "10.0.0.1");
  }

  TEST_CASE("an address has its bytes and its prefix") {
    const inet host = read("192.168.1.5/24");
    CHECK(host.is_v4());
    CHECK(host.prefix() == 24);
    CHECK_FALSE(host.is_host());
    CHECK(host == inet::v4({192, 168, 1, 5}, 24));
    CHECK(host.bytes().size() == inet::v4_size);
    CHECK(inet() == read("0.0.0.0"));
    const inet loopback = read("::1");
    CHECK(loopback.is_v6());
    CHECK(loopback.is_host());
    CHECK(loopback.bytes().back() == 1);
  }

  TEST_CASE("addresses are ordered as the server orders them") {
    const std::array ascending{read("0.0.0.0/0"),      read("9.255.0.0"),  read("10.0.0.0/8"),
                               read("10.0.0.5/8"),     read("10.0.0.0/9"), read("10.0.0.0"),
                               read("10.128.0.0/9"),   read("11.0.0.0/8"), read("::/0"),
                               read("2001:db8::1/64"), read("2001:db8::1")};
    for (std::size_t low = 0; low < ascending.size(); ++low) {
      for (std::size_t high = 0; high < ascending.size(); ++high) {
        CAPTURE(ascending[low].to_string());
        CAPTURE(ascending[high].to_string());
        CHECK((ascending[low] <=> ascending[high]) == (low <=> high));
      }
    }
  }

  TEST_CASE("bytes that are no address are refused") {
    const auto wire = [](const char(&text)[9]) { return std::string(text, 8); };
    CHECK(decoded<inet>(wire("\2\40\0\4\1\2\3\4")) == read("1.2.3.4"));
    CHECK(decoded<inet>(wire("\2\10\1\4\1\0\0\0")) == read("1.0.0.0/8"));
    CHECK(is_refused<inet>(wire("\2\41\0\4\1\2\3\4")));
    CHECK(is_refused<inet>(wire("\3\40\0\4\1\2\3\4")));
    CHECK(is_refused<inet>(wire("\1\40\0\4\1\2\3\4")));
    CHECK(is_refused<inet>(wire("\2\40\0\5\1\2\3\4")));
    CHECK(is_refused<inet>(wire("\2\40\0\3\1\2\3\4")));
    CHECK(is_refused<inet>(""));
  }

  TEST_CASE("extremes and random addresses come back from their text and their bytes") {
    check_form(inet());
    check_form(read("255.255.255.255/0"));
    check_form(read("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    std::mt19937_64 random(weir::test::seed());
    for (int i = 0; i < 500; ++i) {
      const inet value = random_inet(random);
      check_form(value);
      CAPTURE(value.to_string());
      CHECK(inet::parse(value.to_string()) == value);
      if (i < 50) check_spoiled(value, random);
    }
  }
}

}  // namespace
}  // namespace weir::postgres::detail
