// SPDX-License-Identifier: Apache-2.0
#include "open_vault.hpp"

#include <array>

#include "servers/loopback_port.hpp"
#include "weir/sleep.hpp"
#include "weir/socket_address.hpp"
#include "weir/when_all.hpp"
#include "weir/when_any.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr auto pages = {"/livez?verbose", "/readyz?verbose", "/startupz?verbose",
                        "/healthz",       "/metrics",        "/debug/tasks",
                        "/debug/config",  "/loglevel",       "/nothing"};
constexpr auto forms = {"text/plain", "application/json", "application/openmetrics-text"};

variables completed(variables all, std::uint16_t port, const std::string& supervisor) {
  all.emplace_back("WEIR_ADMIN__LISTEN", "127.0.0.1:" + std::to_string(port));
  all.emplace_back("NOTIFY_SOCKET", supervisor);
  all.emplace_back("WEIR_LOG_LEVEL", "trace");
  return all;
}

}  // namespace

open_vault::open_vault(const vault_home& home, variables environment)
    : home_(home),
      port_(servers::free_loopback_port()),
      supervisor_(unix_datagram_socket::bind(home / "supervisor")),
      environment_(completed(std::move(environment), port_, home / "supervisor")),
      program_(home.start(VAULT_PROGRAM, {}, environment_)) {}

task<> open_vault::keep_lines(pipe_reader& from, std::string& into) {
  while (const auto line = co_await from.read_line()) into += *line + '\n';
}

task<> open_vault::keep_words() {
  std::array<std::byte, 4096> bytes;
  for (;;) {
    const received_datagram got = co_await supervisor_.receive_from(bytes);
    words_.append(reinterpret_cast<const char*>(bytes.data()), got.size) += '\n';
  }
}

task<> open_vault::listen() {
  scope hearing;
  hearing.spawn(keep_words());
  const auto all = co_await when_all(keep_lines(program_.output(), output_),
                                     keep_lines(program_.errors(), log_), program_.wait());
  status_ = std::get<2>(all);
  co_await hearing.close();
  traces.push_back({"its output", output_});
  traces.push_back({"its log", log_});
  traces.push_back({"its supervisor", words_});
}

task<http_answer> open_vault::ask(std::string path, std::string accept) {
  const auto at = socket_address::of_ip("127.0.0.1", port_).value();
  co_return co_await fetch(at, request_for(path, "Accept: " + accept + "\r\n"));
}

task<> open_vault::wait_until_page(std::string path, std::string says) {
  for (;;) {
    const auto page = co_await ask(path, "text/plain").as_result();
    if (page && page->body.find(says) != std::string::npos) co_return;
    if (has_ended()) {
      throw error(errc::invalid_input, disposition::permanent, "the vault has ended:\n" + log_);
    }
    co_await sleep(5ms);
  }
}

task<> open_vault::look(std::string when) {
  for (const char* path : pages) {
    for (const char* form : forms) {
      const http_answer page = co_await ask(path, form);
      traces.push_back({std::string(path) + " as " + form + ' ' + when, page.header + page.body});
    }
  }
}

task<> open_vault::run_beside(std::string program, std::vector<std::string> arguments,
                              std::string name, variables more) {
  variables all = environment_;
  all.insert(all.end(), more.begin(), more.end());
  process beside = home_.start(program, std::move(arguments), std::move(all));
  const vault_ending said = co_await end_of(beside);
  traces.push_back({name + "'s output", said.output});
  traces.push_back({name + "'s errors", said.errors});
}

}  // namespace weir::test
