// SPDX-License-Identifier: Apache-2.0
#include "vault.hpp"

#include <filesystem>
#include <fstream>

#include "weir/loop.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

namespace weir::test {
namespace {

constexpr auto program_limit = std::chrono::seconds(60);

}  // namespace

vault_home::vault_home() = default;

std::string vault_home::write(const std::string& name, std::string_view text) const {
  const std::filesystem::path file = directory_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
  return file.string();
}

process vault_home::start(const std::string& program, std::vector<std::string> arguments,
                          variables environment) const {
  environment.emplace_back("XDG_CONFIG_HOME", directory_ / "");
  return process::spawn({.program = program,
                         .arguments = std::move(arguments),
                         .environment = std::move(environment),
                         .capture_output = true});
}

task<vault_ending> end_of(process& program) {
  auto all =
      co_await when_all(program.output().read_text(), program.errors().read_text(), program.wait());
  co_return vault_ending{std::get<0>(std::move(all)), std::get<1>(std::move(all)),
                         std::get<2>(all)};
}

vault_ending run_vault(const vault_home& home, std::vector<std::string> arguments,
                       variables environment) {
  loop here;
  auto program = home.start(VAULT_PROGRAM, std::move(arguments), std::move(environment));
  return here.run(with_timeout(program_limit, end_of(program)));
}

}  // namespace weir::test
