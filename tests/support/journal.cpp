// SPDX-License-Identifier: Apache-2.0
#include "journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace weir::test {

journal::journal() {
  const char* directory = std::getenv("WEIR_TEST_RESULTS");
  if (directory == nullptr) return;
  std::string path = std::string(directory) + "/XXXXXX";
  file_ = mkostemp(path.data(), O_APPEND | O_CLOEXEC);
  if (file_ >= 0) return;
  std::fprintf(stderr, "cannot create a result file in WEIR_TEST_RESULTS=\"%s\": %s\n", directory,
               std::strerror(errno));
  std::exit(EXIT_FAILURE);
}

journal::~journal() {
  if (file_ >= 0) close(file_);
}

void journal::run(std::string_view command) { write_line("run\t" + std::string(command)); }

void journal::begin(std::string_view suite, std::string_view name) {
  write_line("begin\t" + std::string(suite) + '\t' + std::string(name));
}

void journal::end(bool passed, double seconds) {
  write_line((passed ? "pass\t" : "fail\t") + std::to_string(seconds));
}

void journal::write_line(std::string line) {
  if (file_ < 0) return;
  line += '\n';
  if (write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size())) return;
  std::fprintf(stderr, "cannot record a test result: %s\n", std::strerror(errno));
  std::_Exit(EXIT_FAILURE);  // a result that is not counted must not look like success
}

}  // namespace weir::test
