// SPDX-License-Identifier: Apache-2.0
// The main function of every doctest program of this project.
//
// doctest's own signal handlers stay out: they would hide the sanitizers' reports and would
// interfere with the tests of signals.
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "journal.hpp"
#include "seed.hpp"
#include "watchdog.hpp"

namespace {

std::string command_line;
unsigned cases_run = 0;
unsigned cases_without_assertion = 0;

/// Watches each test case, records its result, and counts what doctest forgives: a case that
/// asserts nothing cannot fail, so it does not pass either.
struct case_listener : doctest::IReporter {
  explicit case_listener(const doctest::ContextOptions&) {}

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override { journal_.run(command_line); }
  void test_run_end(const doctest::TestRunStats&) override {}
  void test_case_start(const doctest::TestCaseData& started) override {
    ++cases_run;
    name_ = started.m_name;
    const std::string location =
        std::string(started.m_file.c_str()) + ':' + std::to_string(started.m_line);
    journal_.begin(started.m_test_suite, started.m_name);
    weir::test::watch(started.m_test_suite, started.m_name, location.c_str());
  }
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& ended) override {
    weir::test::unwatch();
    const bool silent = ended.testCaseSuccess && ended.numAssertsCurrentTest == 0;
    if (silent) {
      ++cases_without_assertion;
      std::printf("ERROR: test case \"%s\" asserted nothing: it cannot fail\n", name_.c_str());
    }
    journal_.end(ended.testCaseSuccess && !silent, ended.seconds);
  }
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}

 private:
  weir::test::journal journal_;
  std::string name_;
};

REGISTER_LISTENER("weir", 1, case_listener);

}  // namespace

int main(int argc, char** argv) {
  for (int i = 0; i < argc; ++i) command_line += (i == 0 ? "" : " ") + std::string(argv[i]);
  doctest::Context context;
  context.applyCommandLine(argc, argv);
  if (context.shouldExit()) return context.run();  // a query such as --list-test-cases

  std::printf("seed %llu (run again with WEIR_SEED=%llu)\n",
              static_cast<unsigned long long>(weir::test::seed()),
              static_cast<unsigned long long>(weir::test::seed()));
  std::fflush(stdout);
  weir::test::start_watchdog();
  const int result = context.run();
  if (context.shouldExit()) return result;
  if (cases_run == 0) {
    std::fprintf(stderr, "no test case matches: %s\n", command_line.c_str());
    return EXIT_FAILURE;
  }
  return cases_without_assertion == 0 ? result : EXIT_FAILURE;
}
