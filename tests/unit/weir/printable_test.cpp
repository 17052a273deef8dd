// SPDX-License-Identifier: Apache-2.0
#include "printable.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "dlq/body_text.hpp"
#include "table.hpp"

TEST_SUITE_BEGIN("weir.printable");

using namespace weir;
using namespace std::string_literals;
using dlq::body_text;
using tools::cut_to;
using tools::printable;

TEST_CASE("a terminal is told nothing that it would obey") {
  CHECK(printable("\x1b[2Jgone") == "?[2Jgone");
  CHECK(printable("a\nb\rc\td") == "a?b?c?d");
  CHECK(printable("\x7f") == "?");
  CHECK(printable("\xc2\x9b"
                  "31m") == "?31m");
  CHECK(printable("\xe2\x80\xae"
                  "evil") == "?evil");
  CHECK(printable("a\0b"s) == "a?b");
  CHECK(tools::printable_lines("a\n\tb\x1b") == "a\n\tb?");
}

TEST_CASE("what is not UTF-8 is shown byte by byte") {
  CHECK(printable("\xff") == "?");
  CHECK(printable("\xc3") == "?");
  CHECK(printable("\xc0\xaf") == "??");
  CHECK(printable("\xed\xa0\x80") == "???");
  CHECK(printable("\xf4\x90\x80\x80") == "????");
  CHECK(printable("Gr\xc3\xbc\xc3\x9f"
                  "e \xf0\x9f\x92\x8c") ==
        "Gr\xc3\xbc\xc3\x9f"
        "e \xf0\x9f\x92\x8c");
}

TEST_CASE("a text is cut between characters") {
  CHECK(cut_to("abcdef", 6) == "abcdef");
  CHECK(cut_to("abcdefg", 6) == "abc...");
  CHECK(cut_to("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 4) == "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f");
  CHECK(cut_to("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"
               "x",
               4) == "\xc3\xa4...");
  CHECK(cut_to("abc", 2) == "..");
  CHECK(cut_to("abc", 0) == "");
}

TEST_CASE("a table's last column has what the width leaves, and no less than it needs") {
  const std::string cause(40, 'x');
  std::ostringstream wide;
  tools::table uncut(wide, {"N", "CAUSE"}, std::nullopt);
  uncut.add({"1", cause});
  uncut.flush();
  CHECK(wide.str() == "N  CAUSE\n1  " + cause + "\n");

  std::ostringstream narrow;
  tools::table cut(narrow, {"N", "CAUSE"}, 30);
  cut.add({"12345", cause});
  cut.flush();
  CHECK(narrow.str() == "N      CAUSE\n12345  " + std::string(20, 'x') + "...\n");

  std::ostringstream tiny;
  tools::table least(tiny, {"N", "CAUSE"}, 5);
  least.add({"12345", cause});
  least.flush();
  CHECK(tiny.str() == "N      CAUSE\n12345  " + std::string(17, 'x') + "...\n");
}

TEST_CASE("a table prints its headings once, and nothing without a row") {
  std::ostringstream out;
  tools::table rows(out, {"N"}, std::nullopt);
  rows.flush();
  CHECK(out.str().empty());
  for (int row = 0; row < 450; ++row) rows.add({"1"});
  rows.flush();
  const std::string text = out.str();
  CHECK(text.starts_with("N\n1\n"));
  CHECK(text.find('N', 1) == std::string::npos);
  CHECK(text.size() == 2 * 451);
}

TEST_CASE("JSON is indented, with its strings as they are") {
  CHECK(body_text(R"({"a":[1,-2.5e3,{}],"b":"x, {\"y\": [","c":[],"d":null})") == R"({
  "a": [
    1,
    -2.5e3,
    {}
  ],
  "b": "x, {\"y\": [",
  "c": [],
  "d": null
}
)");
  CHECK(body_text(" 17 ") == "17\n");
  CHECK(body_text("{ \"a\" : { \"b\" : true } }") == "{\n  \"a\": {\n    \"b\": true\n  }\n}\n");
}

TEST_CASE("text that is no JSON is shown as it is") {
  CHECK(body_text("not a letter") == "not a letter\n");
  CHECK(body_text("{\"cut\": \"of") == "{\"cut\": \"of\n");
  CHECK(body_text("two\nlines\n") == "two\nlines\n");
  CHECK(body_text("") == "");
}

TEST_CASE("bytes are shown in hexadecimal, and as characters where they are some") {
  CHECK(body_text("\0AB\xff"s) == "00000000  00 41 42 ff" + std::string(38, ' ') + "|.AB.|\n");
  const std::string dump = body_text(std::string(5000, '\0'));
  CHECK(dump.find("00000ff0  00") != std::string::npos);
  CHECK(dump.find("00001000") == std::string::npos);
  CHECK(dump.ends_with("... 904 bytes more; --raw writes them all\n"));
}
