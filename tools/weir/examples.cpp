// SPDX-License-Identifier: Apache-2.0
#include "examples.hpp"

#include <CLI/CLI.hpp>

namespace weir::tools {
namespace {

class formatter final : public CLI::Formatter {
 public:
  explicit formatter(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  const std::vector<std::string>& lines() const noexcept { return lines_; }

  std::string make_description(const CLI::App* of) const override {
    std::string text = CLI::Formatter::make_description(of) + "Examples:\n";
    for (const std::string& line : lines_) text += "  " + line + "\n";
    return text + "\n";
  }

 private:
  std::vector<std::string> lines_;
};

}  // namespace

void set_examples(CLI::App& of, std::vector<std::string> lines) {
  of.formatter(std::make_shared<formatter>(std::move(lines)));
}

std::vector<std::string> examples_of(const CLI::App& command) {
  const auto own = std::dynamic_pointer_cast<formatter>(command.get_formatter());
  return own ? own->lines() : std::vector<std::string>();
}

}  // namespace weir::tools
