// SPDX-License-Identifier: Apache-2.0
#include "project.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <vector>

#include "weir/error.hpp"
#include "weir/event/json.hpp"

namespace weir::dev {
namespace {

namespace fs = std::filesystem;

constexpr const char* targets_file = "meson-info/intro-targets.json";

/// What is used of a target.
struct target {
  std::string name;
  std::string type;
  std::string defined_in;
  std::vector<std::string> filename;
  std::optional<std::string> subproject;
  bool installed;
};

std::optional<std::string> text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool is_root(const fs::path& folder) {
  static const std::regex begins_project(R"((^|\n)[ \t]*project[ \t]*\()");
  const auto text = text_of(folder / "meson.build");
  return text && std::regex_search(*text, begins_project);
}

bool is_below(const fs::path& file, const fs::path& folder) {
  const auto ends = std::ranges::mismatch(folder, file);
  return ends.in1 == folder.end();
}

[[noreturn]] void refuse(const std::string& text) {
  throw error(errc::invalid_argument, disposition::permanent, text);
}

std::string names_of(const std::vector<target>& programs) {
  std::string names;
  for (const target& one : programs) names += (names.empty() ? "" : ", ") + one.name;
  return names;
}

std::vector<target> programs_of(std::string_view targets, const project& of) {
  auto all = json::decode<std::vector<target>>(targets);
  if (!all.has_value()) {
    throw error(errc::protocol, disposition::permanent,
                "what Meson says of the targets of " + of.build.string() +
                    " cannot be read: " + all.error().message());
  }
  std::erase_if(*all, [](const target& one) {
    return one.type != "executable" || one.subproject || one.filename.empty();
  });
  return std::move(*all);
}

}  // namespace

project find_project(const fs::path& folder, const fs::path& build) {
  std::error_code failure;
  const fs::path from = fs::canonical(folder, failure);
  if (failure) refuse("there is no folder " + folder.string() + ": " + failure.message());
  for (fs::path at = from;; at = at.parent_path()) {
    if (is_root(at)) return {.folder = from, .root = at, .build = (at / build).lexically_normal()};
    if (at == at.parent_path()) break;
  }
  throw error(errc::not_found, disposition::permanent,
              from.string() +
                  " is in no Meson project: no meson.build there or above it has a project(). "
                  "'weir new NAME' makes one");
}

bool is_set_up(const project& of) {
  std::error_code none;
  return fs::exists(of.build / "build.ninja", none) && fs::exists(of.build / targets_file, none);
}

std::string targets_of(const project& of) {
  auto text = text_of(of.build / targets_file);
  if (text) return std::move(*text);
  throw error(errc::not_found, disposition::permanent,
              (of.build / targets_file).string() + " cannot be read; is " + of.build.string() +
                  " a build directory of Meson?");
}

fs::path choose_program(std::string_view targets, const project& of, const std::string& wanted) {
  std::vector<target> programs = programs_of(targets, of);
  if (!wanted.empty()) {
    const auto found = std::ranges::find(programs, wanted, &target::name);
    if (found != programs.end()) return found->filename.front();
    refuse("the project has no program '" + wanted + "'; it has " +
           (programs.empty() ? "none" : names_of(programs)));
  }
  std::erase_if(programs, [&of](const target& one) {
    return !is_below(fs::weakly_canonical(one.defined_in), of.folder);
  });
  if (programs.empty()) {
    refuse("no meson.build in " + of.folder.string() + " makes a program; name one by --program");
  }
  if (programs.size() == 1) return programs.front().filename.front();
  const auto installed = std::ranges::count_if(programs, &target::installed);
  if (installed == 1) return std::ranges::find_if(programs, &target::installed)->filename.front();
  refuse("there are several programs, so name one by --program: " + names_of(programs));
}

}  // namespace weir::dev
