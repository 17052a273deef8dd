// SPDX-License-Identifier: Apache-2.0
#include "handshake.hpp"

#include "quoted.hpp"
#include "weir/event/json.hpp"

namespace weir::nats::detail {
namespace {

struct info_line {
  std::optional<std::string> server_id;
  std::optional<std::string> server_name;
  std::optional<std::string> version;
  std::optional<std::string> cluster;
  std::optional<std::uint64_t> max_payload;
  std::optional<bool> headers;
  std::optional<bool> jetstream;
  std::optional<bool> auth_required;
  std::optional<std::uint64_t> client_id;
  std::optional<std::vector<std::string>> connect_urls;
};

struct connect_line {
  bool verbose = false;
  bool pedantic = false;
  bool echo = true;
  bool headers = true;
  bool no_responders = true;
  int protocol = 1;  // The server may send INFO again, when its cluster changes.
  std::string lang = "c++";
  std::string version = "weir";
  std::string name;
  std::optional<std::string> user;
  std::optional<std::string> pass;
  std::optional<std::string> auth_token;
};

error refused(const std::string& what) { return {errc::unavailable, disposition::retry, what}; }

info_line parse_info(std::string_view line) {
  constexpr std::string_view verb = "INFO ";
  if (!line.starts_with(verb))
    throw refused("what answers there is no nats-server: it began with " + quoted(line));
  result<info_line> info = json::decode<info_line>(line.substr(verb.size()));
  if (!info.has_value())
    throw refused("the server's INFO line cannot be read: " + info.error().message());
  return std::move(*info);
}

server_info described(info_line told) {
  server_info server;
  server.id = std::move(told.server_id).value_or("");
  server.name = std::move(told.server_name).value_or(server.id);
  server.version = server_version::parse(told.version.value_or("")).value_or(server_version());
  server.cluster = std::move(told.cluster).value_or("");
  server.max_payload = static_cast<std::size_t>(told.max_payload.value_or(0));
  server.headers = told.headers.value_or(false);
  server.jetstream = told.jetstream.value_or(false);
  server.auth_required = told.auth_required.value_or(false);
  server.client_id = told.client_id.value_or(0);
  server.cluster_servers = std::move(told.connect_urls).value_or(std::vector<std::string>());
  return server;
}

std::string connect_command(const server_address& server, const connection_options& options) {
  connect_line line;
  line.name = options.name;
  if (!server.user.empty() && server.password.empty()) {
    line.auth_token = server.user;
  } else if (!server.user.empty()) {
    line.user = server.user;
    line.pass = server.password;
  }
  return "CONNECT " + json::encode(line) + "\r\nPING\r\n";
}

}  // namespace

task<server_info> shake_hands(server_line& line, const server_address& server,
                              const connection_options& options) {
  const std::string first = co_await line.read_line();
  info_line told = parse_info(first);
  if (!told.headers.value_or(false))
    throw refused("the server takes no headers; JetStream needs nats-server 2.2 or newer");
  co_await line.write_all(connect_command(server, options));
  for (;;) {
    const std::string answer = co_await line.read_line();
    if (answer == "PONG") co_return described(std::move(told));
    if (answer == "PING") co_await line.write_all("PONG\r\n");
    if (answer.starts_with("INFO ")) told = parse_info(answer);
    if (answer.starts_with("-ERR"))
      throw refused("the server refused: " + quoted(answer.substr(4)) +
                    "; do user and password fit?");
  }
}

}  // namespace weir::nats::detail
