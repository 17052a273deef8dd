// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/health.hpp"

#include <algorithm>

#include "weir/error.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace {

/// Anything that leaves a line one line, and a name one word.
bool is_name(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '\x7f';
  });
}

[[noreturn]] void refuse(const std::string& name, std::string_view why) {
  throw error(errc::invalid_argument, disposition::permanent,
              "the health check '" + name + "' " + std::string(why));
}

/// Each fact takes one line.
std::string on_one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

health_fact fact_of(const health_check& check) {
  return {.name = check.name, .trouble = check.trouble(), .is_optional = check.is_optional};
}

}  // namespace

bool health_report::is_well() const noexcept {
  return std::ranges::all_of(facts,
                             [](const auto& fact) { return fact.is_well() || fact.is_optional; });
}

std::string health_report::describe(bool with_reasons) const {
  std::string text;
  for (const auto& fact : facts) {
    if (fact.is_well()) {
      text += "[+]" + fact.name + " ok\n";
      continue;
    }
    text += "[-]" + fact.name + (fact.is_optional ? " failed, optional: " : " failed: ");
    text += with_reasons ? on_one_line(*fact.trouble) : "reason withheld";
    text += '\n';
  }
  return text + question + (is_well() ? " check passed\n" : " check failed\n");
}

health::health() : turned_at_(loop::current().now()) {}

void health::add(health_check check) {
  if (!is_name(check.name) || !check.trouble) {
    refuse(check.name, "needs a name without blanks, and a function");
  }
  const bool is_taken =
      std::ranges::find(checks_, check.name, &health_check::name) != checks_.end();
  if (is_taken || check.name == "startup" || check.name == "drain") {
    refuse(check.name, "has the name of another one");
  }
  if (checks_.size() == checks_max) refuse(check.name, "is one too many");
  checks_.push_back(std::move(check));
}

void health::forget_checks() noexcept { checks_.clear(); }

void health::turned() noexcept { turned_at_ = loop::current().now(); }

health_report health::live() const {
  health_fact turning{.name = "loop"};
  const duration silent = loop::current().now() - turned_at_;
  if (silent > turn_limit) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(silent).count();
    turning.trouble = "it has not turned for " + std::to_string(seconds) + " s";
  }
  return {.question = "livez", .facts = {std::move(turning)}};
}

health_fact health::startup_fact() const {
  health_fact made{.name = "startup"};
  if (!is_started_) made.trouble = step_.empty() ? std::string("it has just begun") : step_;
  return made;
}

health_report health::ready() const {
  health_report made{.question = "readyz", .facts = {startup_fact()}};
  for (const auto& check : checks_) made.facts.push_back(fact_of(check));
  health_fact drain{.name = "drain"};
  if (is_draining_) drain.trouble = "nothing more is taken, the program ends";
  made.facts.push_back(std::move(drain));
  return made;
}

health_report health::startup() const {
  return {.question = "startupz", .facts = {startup_fact()}};
}

}  // namespace weir
