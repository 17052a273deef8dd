// SPDX-License-Identifier: Apache-2.0
#include "handshake.hpp"

#include <array>

#include "login.hpp"
#include "quoted_text.hpp"
#include "weir/event/json.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::string_view line_end = "\r\n";
/// An INFO line of a large cluster names a thousand servers in less.
constexpr std::size_t line_bytes_max = std::size_t{256} << 10;
constexpr std::size_t read_bytes = 4096;

struct info_line {
  std::optional<std::string> server_id;
  std::optional<std::string> server_name;
  std::optional<std::string> version;
  std::optional<std::string> cluster;
  std::optional<std::uint64_t> max_payload;
  std::optional<bool> headers;
  std::optional<bool> jetstream;
  std::optional<bool> auth_required;
  std::optional<bool> tls_required;
  std::optional<bool> tls_available;
  std::optional<std::uint64_t> client_id;
  std::optional<std::vector<std::string>> connect_urls;
  std::optional<bool> ldm;
  std::optional<std::string> nonce;
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
  std::optional<std::string> jwt;
  std::optional<std::string> nkey;
  std::optional<std::string> sig;
};

error refused(const std::string& what) { return {errc::unavailable, disposition::retry, what}; }

/// The lines of a server, and what has been read behind the last one.
class line_reader {
 public:
  explicit line_reader(const std::unique_ptr<server_link>& link) noexcept : link_(link) {}

  task<std::string> read_line() {
    for (std::size_t end; (end = unread_.find(line_end)) == std::string::npos;) {
      if (unread_.size() > line_bytes_max)
        throw refused("what answers there is no nats-server: no line of it ends");
      std::array<std::byte, read_bytes> part;
      const std::size_t count = co_await link_->read_some(part);
      if (count == 0) throw refused("the server closed the connection while it was being made");
      unread_.append(reinterpret_cast<const char*>(part.data()), count);
    }
    const std::size_t end = unread_.find(line_end);
    std::string line = unread_.substr(0, end);
    unread_.erase(0, end + line_end.size());
    co_return line;
  }
  bool is_empty() const noexcept { return unread_.empty(); }
  std::string take_rest() { return std::move(unread_); }

 private:
  const std::unique_ptr<server_link>& link_;
  std::string unread_;
};

info_line parse_info(std::string_view line) {
  constexpr std::string_view verb = "INFO ";
  if (!line.starts_with(verb))
    throw refused("what answers there is no nats-server: it began with " + quoted_text(line));
  result<info_line> info = json::decode<info_line>(line.substr(verb.size()));
  if (!info.has_value())
    throw refused("the server's INFO line cannot be read: " + info.error().message());
  return std::move(*info);
}

server_info described(info_line told, bool is_encrypted) {
  server_info server;
  server.tls = is_encrypted;
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

std::string connect_command(const connection_options& options, const login& as) {
  connect_line line;
  line.echo = !options.no_echo;
  line.name = options.name;
  line.user = as.user;
  line.pass = as.pass;
  line.auth_token = as.auth_token;
  line.jwt = as.jwt;
  line.nkey = as.nkey;
  line.sig = as.sig;
  try {
    return "CONNECT " + json::encode(line) + "\r\nPING\r\n";
  } catch (const error&) {
    // Its words would quote the secret.
    throw refused("the login of " + as.shown +
                  " cannot be sent: user, password or token is not UTF-8");
  }
}

task<std::unique_ptr<server_link>> encrypted(std::unique_ptr<server_link> plain,
                                             const server_address& server,
                                             const tls_options& options) {
  tls_context context = co_await make_tls_context(options);
  const std::string name =
      options.server_name.empty() ? server.verified_name() : options.server_name;
  co_return co_await make_tls_link(std::move(plain), std::move(context), name);
}

/// The server's words without the quotes that it puts around them.
std::string_view unquoted(std::string_view words) {
  if (words.size() >= 2 && words.front() == '\'' && words.back() == '\'')
    words = words.substr(1, words.size() - 2);
  return words;
}

error refused_by_server(std::string_view words, const login& as) {
  if (words.find("Authorization") == std::string_view::npos)
    return refused("the server refused: " + quoted_text(words));
  return refused("the server refused " + as.shown + ": " + quoted_text(words) +
                 "; is the user known there, and does its password, token or key fit?");
}

}  // namespace

task<introduction> shake_hands(std::unique_ptr<server_link>& link, const server_address& server,
                               const connection_options& options) {
  line_reader lines(link);
  const bool wants_encryption = server.tls || wants_tls(options.tls);
  bool is_encrypted = options.tls.handshake_first;
  if (is_encrypted) link = co_await encrypted(std::move(link), server, options.tls);
  info_line told = parse_info(co_await lines.read_line());
  if (!told.headers.value_or(false))
    throw refused("the server takes no headers; JetStream needs nats-server 2.2 or newer");
  const bool must_encrypt = told.tls_required.value_or(false);
  if (wants_encryption && !must_encrypt && !is_encrypted && !told.tls_available.value_or(false)) {
    throw refused(
        "the server offers no encryption, and the connection is not to be made without; "
        "configure tls in the server, or use nats:// without TLS options");
  }
  if (!is_encrypted && (wants_encryption || must_encrypt)) {
    // Whoever can write into the plain part must not get anything into the encrypted one.
    if (!lines.is_empty()) throw refused("the server said more than INFO before the encryption");
    link = co_await encrypted(std::move(link), server, options.tls);
    is_encrypted = true;
  }
  bool is_lame_duck = told.ldm.value_or(false);
  const login as = co_await log_in(server, options.credentials, told.nonce.value_or(""));
  const std::string introduced = connect_command(options, as);
  const time_point asked = loop::current().now();
  co_await link->write_all(introduced);
  for (;;) {
    const std::string answer = co_await lines.read_line();
    if (answer == "PONG")
      co_return introduction{.server = described(std::move(told), is_encrypted),
                             .left_over = lines.take_rest(),
                             .rtt = loop::current().now() - asked,
                             .is_lame_duck = is_lame_duck};
    if (answer == "PING") co_await link->write_all("PONG\r\n");
    if (answer.starts_with("INFO ")) {
      told = parse_info(answer);
      is_lame_duck = is_lame_duck || told.ldm.value_or(false);
    }
    if (answer.starts_with("-ERR "))
      throw refused_by_server(unquoted(std::string_view(answer).substr(5)), as);
  }
}

std::optional<changed_info> parse_changed_info(std::string_view json) {
  result<info_line> read = json::decode<info_line>(json);
  if (!read.has_value()) return std::nullopt;
  return changed_info{
      .is_lame_duck = read->ldm.value_or(false),
      .cluster_servers = std::move(read->connect_urls).value_or(std::vector<std::string>())};
}

}  // namespace weir::nats::detail
