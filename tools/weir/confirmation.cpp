// SPDX-License-Identifier: Apache-2.0
#include "confirmation.hpp"

#include <unistd.h>

#include <iostream>

#include "weir/error.hpp"

namespace weir::tools {
namespace {

bool ask(const std::string& question) {
  std::cout << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

confirmation ask_terminal(const std::string& look) {
  if (isatty(STDIN_FILENO) != 0) return ask;
  throw error(errc::invalid_argument, disposition::permanent,
              "nobody can be asked, standard input is no terminal: " + look + ", then say --yes");
}

}  // namespace weir::tools
