// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace weir::tools {

/// `--nats URL`, as every command has it that talks to NATS.
void add_nats_option(CLI::App& to, std::string& url);

/// An option that takes an age as parse_age() reads it.
CLI::Option* add_age_option(CLI::App& to, const std::string& name, std::chrono::seconds& into,
                            const std::string& description);

}  // namespace weir::tools
