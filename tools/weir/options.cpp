// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <CLI/CLI.hpp>

#include "age.hpp"

namespace weir::tools {

void add_nats_option(CLI::App& to, std::string& url) {
  to.add_option("--nats", url, "the servers, in place of NATS_URL (nats://127.0.0.1:4222)")
      ->type_name("URL");
}

CLI::Option* add_age_option(CLI::App& to, const std::string& name, std::chrono::seconds& into,
                            const std::string& description) {
  const auto read = [&into, name](const std::string& text) {
    const auto age = parse_age(text);
    if (!age) {
      throw CLI::ValidationError(name,
                                 "'" + text + "' is no age; it looks like 90s, 15m, 12h, 7d or 2w");
    }
    into = *age;
  };
  return to.add_option_function<std::string>(name, read, description)->type_name("AGE");
}

}  // namespace weir::tools
