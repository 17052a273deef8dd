// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/log.hpp"

#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include <string>

#include "open_pipe.hpp"

TEST_SUITE_BEGIN("observe.log");

namespace {

using weir::log_format;
using weir::log_level;
using weir::test::count_of;

/// What is written to standard error as long as it lives.
class overheard {
 public:
  overheard() : before_(dup(STDERR_FILENO)) { dup2(pipe_.write_end.get(), STDERR_FILENO); }
  overheard(const overheard&) = delete;
  overheard& operator=(const overheard&) = delete;
  ~overheard() {
    dup2(before_.get(), STDERR_FILENO);
    weir::configure_log(log_level::info, log_format::automatic);
  }
  std::string text() const { return pipe_.read_some(); }

 private:
  weir::test::open_pipe pipe_;
  weir::file_descriptor before_;
};

/// Counts how often it was made to text.
struct counted {
  int& times;
  std::string to_string() const {
    ++times;
    return "counted";
  }
};

/// Logs while its own line is being made.
struct talkative {
  std::string to_string() const {
    weir::log_info("within");
    return "talkative";
  }
};

}  // namespace

TEST_CASE("levels and formats have names") {
  for (const auto level : {log_level::trace, log_level::debug, log_level::info, log_level::warning,
                           log_level::error}) {
    CHECK(weir::log_level_of(to_string(level)) == level);
  }
  CHECK(weir::log_level_of("warning") == log_level::warning);
  CHECK_FALSE(weir::log_level_of("loud").has_value());
  CHECK_FALSE(weir::log_level_of("").has_value());
  CHECK(weir::log_format_of("automatic") == log_format::automatic);
  CHECK(weir::log_format_of("text") == log_format::text);
  CHECK(weir::log_format_of("json") == log_format::json);
  CHECK(weir::log_format_of("journal") == log_format::journal);
  CHECK_FALSE(weir::log_format_of("xml").has_value());
}

TEST_CASE("the level is changed while the program runs, and below it nothing is made to text") {
  const overheard heard;
  weir::configure_log(log_level::info, log_format::json);
  int times = 0;
  const counted value{times};
  weir::log_debug("quiet", {{"value", value}});
  weir::log_info("loud", {{"value", value}});
  CHECK(times == 1);
  weir::set_log_level(log_level::debug);
  CHECK(weir::current_log_level() == log_level::debug);
  weir::log_debug("now heard");
  weir::log_trace("still quiet");
  weir::set_log_level(log_level::error);
  weir::log_warning("no more");
  weir::log_error("an error");
  const std::string text = heard.text();
  CHECK(count_of(text, "\n") == 3);
  CHECK(count_of(text, "\"level\":\"info\",\"msg\":\"loud\",\"where\":\"log_test.cpp:") == 1);
  CHECK(count_of(text, "now heard") == 1);
  CHECK(count_of(text, "\"level\":\"error\"") == 1);
}

TEST_CASE("a value that logs while it is made to text makes a line of its own") {
  const overheard heard;
  weir::configure_log(log_level::info, log_format::json);
  weir::log_info("around", {{"value", talkative()}});
  const std::string text = heard.text();
  CHECK(count_of(text, "\n") == 2);
  CHECK(count_of(text, "\"msg\":\"within\"") == 1);
  CHECK(count_of(text, "\"value\":\"talkative\"}\n") == 1);
}

TEST_CASE("what is logged by spdlog itself goes the same way") {
  const overheard heard;
  weir::configure_log(log_level::info, log_format::json);
  spdlog::warn("by {} \"itself\"", "spdlog");
  spdlog::debug("quiet");
  weir::set_log_level(log_level::debug);
  spdlog::debug("heard");
  const std::string text = heard.text();
  CHECK(count_of(text, "\n") == 2);
  CHECK(count_of(text, R"("level":"warn","msg":"by spdlog \"itself\"")") == 1);
  CHECK(count_of(text, R"("level":"debug","msg":"heard")") == 1);
}

TEST_SUITE_END();
