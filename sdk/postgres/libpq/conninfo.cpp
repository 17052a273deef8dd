// SPDX-License-Identifier: Apache-2.0
#include "conninfo.hpp"

#include "weir/postgres/detail/read_only_conninfo.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "weir/assert.hpp"
#include "weir/error.hpp"

namespace weir::postgres::detail {
namespace {

constexpr unsigned port_max = 65'535;

[[noreturn]] void refuse(const std::string& fault) {
  throw weir::error(errc::invalid_argument, disposition::permanent,
                    "the PostgreSQL connection string is wrong: " + fault +
                        ". It must look like postgresql://user:password@host:5432/database, with "
                        "\":\", \"@\", \"/\" and \"%\" in a password written as %3A, %40, %2F and "
                        "%25, or like \"host=... port=... dbname=... user=... password=...\"");
}

/// What libpq says about `conninfo`, without the part of it that it quotes.
std::string without_quotation(std::string_view said, const std::string& conninfo) {
  while (!said.empty() && said.back() == '\n') said.remove_suffix(1);
  // Translated, it may quote with other signs.
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::all_of(said.begin(), said.end(), is_ascii)) return "it cannot be parsed";
  const std::size_t first = said.find('"');
  if (first == said.npos) return std::string(said);
  const std::size_t last = said.rfind('"');
  for (std::size_t open = first; open < last; open = said.find('"', open + 1)) {
    const std::string_view quoted = said.substr(open + 1, last - open - 1);
    if (conninfo.find(quoted) == conninfo.npos) continue;
    return std::string(said.substr(0, open + 1)) + "..." + std::string(said.substr(last));
  }
  return std::string(said.substr(0, first)) + "...";
}

/// The parts between commas, as libpq counts them; none of an empty list.
std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  if (list.empty()) return parts;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t comma = std::min(list.find(',', start), list.size());
    parts.push_back(list.substr(start, comma - start));
    start = comma + 1;
  }
  return parts;
}

/// A connection string as libpq takes it apart.
class parsed_conninfo {
 public:
  explicit parsed_conninfo(const std::string& conninfo) : options_(nullptr, PQconninfoFree) {
    char* said = nullptr;
    options_.reset(PQconninfoParse(conninfo.c_str(), &said));
    const std::unique_ptr<char, decltype(&PQfreemem)> owned(said, PQfreemem);
    if (!options_) refuse(said == nullptr ? "no memory" : without_quotation(said, conninfo));
  }

  /// What holds for a keyword: the string's own value, else the environment's; else empty.
  std::string effective(std::string_view keyword) const {
    const PQconninfoOption& one = option(keyword);
    if (one.val != nullptr) return one.val;
    const char* inherited = one.envvar == nullptr ? nullptr : std::getenv(one.envvar);
    return inherited == nullptr ? "" : inherited;
  }

  /// What libpq takes for an element of a list that is empty.
  std::string built_in(std::string_view keyword) const {
    const PQconninfoOption& one = option(keyword);
    return one.compiled == nullptr ? "" : one.compiled;
  }

  /// The string's own settings, but for those in `left_out`.
  connect_settings settings(std::initializer_list<std::string_view> left_out = {}) const {
    connect_settings own;
    for (const PQconninfoOption* one = options_.get(); one->keyword != nullptr; ++one) {
      if (one->val == nullptr) continue;
      if (std::find(left_out.begin(), left_out.end(), one->keyword) != left_out.end()) continue;
      own.emplace_back(one->keyword, one->val);
    }
    return own;
  }

 private:
  const PQconninfoOption& option(std::string_view keyword) const {
    const PQconninfoOption* one = options_.get();
    while (one->keyword != nullptr && one->keyword != keyword) ++one;
    WEIR_ASSERT(one->keyword != nullptr);  // libpq 15 knows all that are asked for here.
    return *one;
  }

  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options_;
};

/// libpq looks at a port only when its host's turn to be connected to has come.
void check_port(const std::string& text) {
  constexpr std::string_view white_space = " \t\r\n\f\v";
  const std::size_t start = text.find_first_not_of(white_space);
  if (start == text.npos) return;  // The default port.
  const char* end = text.data() + text.find_last_not_of(white_space) + 1;
  unsigned port = 0;
  const auto read = std::from_chars(text.data() + start, end, port);
  if (read.ec == std::errc() && read.ptr == end && port > 0 && port <= port_max) return;
  refuse("a port is not a number from 1 to " + std::to_string(port_max));
}

/// The hosts of a connection string: libpq's three lists, in step.
struct host_lists {
  std::vector<std::string> names;
  std::vector<std::string> addresses;
  std::vector<std::string> ports;

  std::size_t size() const { return std::max(names.size(), addresses.size()); }

  void check() const {
    for (const std::string& port : ports) check_port(port);
    if (!names.empty() && !addresses.empty() && names.size() != addresses.size()) {
      refuse(std::to_string(names.size()) + " hosts and " + std::to_string(addresses.size()) +
             " addresses (hostaddr) cannot belong together");
    }
    if (ports.size() > 1 && ports.size() != std::max<std::size_t>(size(), 1)) {
      refuse(std::to_string(ports.size()) + " ports and " + std::to_string(size()) +
             " hosts cannot belong together: give one port for all, or one for each");
    }
  }

  static const std::string& at(const std::vector<std::string>& list, std::size_t index) {
    static const std::string none;
    return index < list.size() ? list[index] : none;
  }
  const std::string& name(std::size_t index) const { return at(names, index); }
  const std::string& address(std::size_t index) const { return at(addresses, index); }
  const std::string& port(std::size_t index) const {
    return at(ports, ports.size() == 1 ? 0 : index);
  }

  bool has_nameless() const {
    for (std::size_t i = 0; i < size(); ++i) {
      if (name(i).empty() && address(i).empty()) return true;
    }
    return false;
  }
};

/// As libpq reads it in "keyword='value'".
std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + '\'';
}

void add(connect_settings& to, const char* keyword, const std::string& value) {
  if (!value.empty()) to.emplace_back(keyword, value);
}

}  // namespace

std::vector<connect_settings> connect_attempts(const std::string& conninfo) {
  const parsed_conninfo given(conninfo);
  const host_lists hosts{split(given.effective("host")), split(given.effective("hostaddr")),
                         split(given.effective("port"))};
  const bool has_service = !given.effective("service").empty();
  if (!has_service) hosts.check();
  if (has_service || hosts.size() <= 1 || hosts.has_nameless()) return {given.settings()};

  std::vector<std::string> wanted{given.effective("target_session_attrs")};
  if (wanted.front() == "prefer-standby") wanted = {"standby", "any"};
  const connect_settings common =
      given.settings({"host", "hostaddr", "port", "target_session_attrs"});
  std::vector<connect_settings> attempts;
  for (const std::string& session : wanted) {
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      connect_settings& one = attempts.emplace_back(common);
      add(one, "host", hosts.name(i));
      add(one, "hostaddr", hosts.address(i));
      add(one, "port", hosts.port(i).empty() ? given.built_in("port") : hosts.port(i));
      add(one, "target_session_attrs", session);
    }
  }
  return attempts;
}

std::string read_only_conninfo(const std::string& conninfo) {
  const parsed_conninfo given(conninfo);
  std::string text;
  for (const auto& [keyword, value] : given.settings({"options"})) {
    text += keyword + '=' + quoted(value) + ' ';
  }
  return text +
         "options=" + quoted(given.effective("options") + " -c default_transaction_read_only=on");
}

}  // namespace weir::postgres::detail
