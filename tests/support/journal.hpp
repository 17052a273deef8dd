// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::test {

/// The record of a test run that tools/test counts from: one file a process in the directory named
/// by WEIR_TEST_RESULTS (nothing is written when it is unset). Each line is written as it happens,
/// so that a crash leaves the name of the case that crashed. Fields are separated by tabs:
///   run TAB command      begin TAB suite TAB case      pass | fail TAB seconds
class journal {
 public:
  journal();
  ~journal();
  journal(const journal&) = delete;
  journal& operator=(const journal&) = delete;

  void run(std::string_view command);
  void begin(std::string_view suite, std::string_view name);
  void end(bool passed, double seconds);

 private:
  void write_line(std::string line);

  int file_ = -1;
};

}  // namespace weir::test
