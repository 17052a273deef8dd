// SPDX-License-Identifier: Apache-2.0
#include "dlq/commands.hpp"

#include <doctest/doctest.h>

#include <CLI/CLI.hpp>

#include "weir/error.hpp"

TEST_SUITE_BEGIN("weir.commands");

namespace {

/// The complaint about a command line; empty for one that can be run.
std::string complaint_about(const std::string& line) {
  CLI::App app("test", "weir");
  app.require_subcommand(1);
  weir::dlq::commands commands(app);
  try {
    app.parse(line);
  } catch (const CLI::ParseError& ending) {
    return ending.get_exit_code() == 0 ? "help" : ending.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a replay and a purge say which letters they are about, once") {
  for (const char* const wrong :
       {"dlq replay", "dlq purge", "dlq replay 1 --all", "dlq purge 1 --all",
        "dlq purge --all --older-than 7d", "dlq replay --cause late", "dlq purge --yes"}) {
    INFO(std::string(wrong));
    CHECK(complaint_about(wrong).find("Exactly 1 option from") != std::string::npos);
  }
  for (const char* const right :
       {"dlq replay 1 2 3", "dlq replay --all --cause late --keep", "dlq replay --all --dry-run",
        "dlq purge --older-than 7d --yes", "dlq purge 17 --stream DLQ_A --nats nats://there"}) {
    INFO(std::string(right));
    CHECK(complaint_about(right) == "");
  }
}

TEST_CASE("a value that cannot be is refused before a connection is made") {
  for (const char* const wrong :
       {"dlq", "dlq show", "dlq show first", "dlq show 0", "dlq show DLQ_A:0", "dlq show :3",
        "dlq show DLQ_A:", "dlq show DLQ_A:3x", "dlq show DLQ_A:9223372036854775808",
        "dlq show 1 2", "dlq list --limit 0", "dlq replay --all --rate 0",
        "dlq replay --all --rate 10/m", "dlq replay -1", "dlq purge --older-than soon",
        "dlq list --older-than 7d"}) {
    INFO(std::string(wrong));
    CHECK(complaint_about(wrong) != "");
  }
}

TEST_CASE("a letter is named by its number, or as the commands print it") {
  CHECK(complaint_about("dlq show 17 --stream DLQ_A") == "");
  CHECK(complaint_about("dlq show DLQ_A:17 --raw") == "");
  CHECK(complaint_about("dlq show DLQ_A:17x") ==
        "LETTER: 'DLQ_A:17x' is no letter; it looks like 17 or DLQ_ORDERS:17");
  const auto plain = weir::dlq::parse_letter_id("17");
  REQUIRE(plain.has_value());
  CHECK(plain->stream == "");
  CHECK(plain->sequence == 17);
  CHECK(weir::dlq::with_stream(*plain, "").stream == "");
  CHECK(weir::dlq::with_stream(*plain, "DLQ_A").stream == "DLQ_A");
  // A stream may have a colon in its name.
  const auto whole = weir::dlq::parse_letter_id("DLQ:A:9223372036854775807");
  REQUIRE(whole.has_value());
  CHECK(whole->stream == "DLQ:A");
  CHECK(whole->sequence == weir::dlq::sequence_max);
  CHECK(weir::dlq::with_stream(*whole, "").stream == "DLQ:A");
  CHECK(weir::dlq::with_stream(*whole, "DLQ:A").stream == "DLQ:A");
  CHECK_THROWS_WITH_AS(
      static_cast<void>(weir::dlq::with_stream(*whole, "DLQ_B")),
      doctest::Contains("is of another stream than --stream DLQ_B: leave one of them out"),
      weir::error);
}

TEST_CASE("a letter is tried by a service that is named, with arguments of its own") {
  for (const char* const wrong :
       {"dlq try", "dlq try 17", "dlq try --service ./shop", "dlq try first --service ./shop",
        "dlq try :17 --service ./shop", "dlq try DLQ_ORDERS: --service ./shop"}) {
    INFO(std::string(wrong));
    CHECK(complaint_about(wrong) != "");
  }
  CHECK(complaint_about("dlq try 17 --service ./shop --stream DLQ_ORDERS --json") == "");
  CHECK(complaint_about("dlq try DLQ_ORDERS:17 --service ./shop -- --configuration a.toml") == "");
  weir::dlq::try_options wanted;
  wanted.name = "DLQ_ORDERS:17";
  wanted.program = "./shop";
  wanted.arguments = {"--configuration", "a.toml"};
  wanted.json = true;
  CHECK(weir::dlq::try_command(wanted) == std::vector<std::string>{"./shop", "--configuration",
                                                                   "a.toml", "--try",
                                                                   "DLQ_ORDERS:17", "--json"});
}

TEST_CASE("a rate is a number, with or without what it is a rate of") {
  CHECK(complaint_about("dlq replay --all --rate 50") == "");
  CHECK(complaint_about("dlq replay --all --rate 50/s") == "");
}

TEST_CASE("every command has help") {
  for (const char* const one : {"--help", "dlq --help", "dlq list --help", "dlq show --help",
                                "dlq try --help", "dlq replay --help"}) {
    INFO(std::string(one));
    CHECK(complaint_about(one) == "help");
  }
}
