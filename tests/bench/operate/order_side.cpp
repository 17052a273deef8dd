// SPDX-License-Identifier: Apache-2.0
#include "order_side.hpp"

#include <filesystem>

#include "weir/error.hpp"

namespace weir::bench {

std::vector<variant> read_variants(const std::vector<std::string>& named) {
  std::vector<variant> read;
  for (const std::string& one : named) {
    const std::size_t equals = one.find('=');
    if (equals == 0 || equals >= one.size() - 1) {
      throw error(errc::invalid_argument, disposition::permanent,
                  '"' + one + "\" is not NAME=PATH of a variant of the order-processor");
    }
    // Programs are started elsewhere.
    const auto path = std::filesystem::absolute(one.substr(equals + 1));
    read.push_back({one.substr(0, equals), path.string()});
  }
  return read;
}

side side_of(const variant& which, const std::string& as, std::vector<std::string> variables,
             std::vector<std::string> command) {
  // /usr/bin/env takes what stands in front of the command.
  std::vector<std::string> all = std::move(variables);
  all.insert(all.end(), command.begin(), command.end());
  all.push_back(which.path);
  return {.name = which.name + ", " + as,
          .command = std::move(all),
          .consumer = "order-processor",
          .inbox = "weir_inbox",
          .outbox = "weir_outbox",
          .is_weir = true,
          .takes_backlogs = true};
}

}  // namespace weir::bench
