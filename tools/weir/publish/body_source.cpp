// SPDX-License-Identifier: Apache-2.0
#include "body_source.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "printable.hpp"
#include "weir/error.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t body_bytes_max = std::size_t{64} << 20;  // nats-server's own limit

error wrong(std::string text) {
  return error(errc::invalid_argument, disposition::permanent, std::move(text));
}

std::string read_all(std::istream& from, const std::string& name) {
  std::string bytes;
  char part[65536];
  while (from.read(part, sizeof part) || from.gcount() > 0) {
    bytes.append(part, static_cast<std::size_t>(from.gcount()));
    if (bytes.size() > body_bytes_max) throw wrong(name + " is larger than 64 MiB");
  }
  if (from.bad()) throw wrong(name + " cannot be read");
  return bytes;
}

}  // namespace

std::string read_body(const std::string& path) {
  if (path == "-") return read_all(std::cin, "standard input");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw wrong("the file '" + printable(path) + "' cannot be opened");
  return read_all(file, "the file '" + printable(path) + "'");
}

std::pair<std::string, std::string> read_header(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0) {
    throw wrong("'" + printable(text) + "' is no header; it looks like 'Name: value'");
  }
  const std::size_t value = text.find_first_not_of(' ', colon + 1);
  return {text.substr(0, colon), value == text.npos ? std::string() : text.substr(value)};
}

}  // namespace weir::tools
