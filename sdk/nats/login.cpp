// SPDX-License-Identifier: Apache-2.0
#include "login.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base64.hpp"
#include "nkey.hpp"
#include "quoted_text.hpp"
#include "weir/event/json.hpp"
#include "weir/timestamp.hpp"
#include "weir/whole_file.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::size_t secret_bytes_max = 64U << 10;
constexpr std::string_view white_space = " \t\r\n";

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(white_space) - first + 1));
}

/// The secret itself, or what its file holds.
task<std::string> secret(std::string given, std::string file) {
  if (file.empty()) co_return given;
  const std::string text = co_await read_file(file, secret_bytes_max);
  co_return trimmed(text);
}

/// What stands in a creds file between the lines that begin and end `section`.
std::string section_of(std::string_view text, std::string_view section, const std::string& file) {
  const std::string begin = "BEGIN " + std::string(section);
  std::size_t at = text.find(begin);
  if (at != std::string_view::npos) at = text.find('\n', at);
  const std::size_t end =
      at == std::string_view::npos ? std::string_view::npos : text.find("\n---", at);
  if (end == std::string_view::npos) {
    throw error(errc::invalid_input, disposition::retry,
                "the creds file " + quoted_text(file) + " has no section " + std::string(section) +
                    "; expected one as nsc generate creds writes it");
  }
  return trimmed(text.substr(at, end - at));
}

login with_nkey(std::string_view seed, const std::string& nonce) {
  if (nonce.empty()) {
    throw error(errc::unavailable, disposition::retry,
                "the server asks for no signature, but the connection is to log in with an nkey; "
                "does the server know nkeys or JWTs?");
  }
  const class nkey key(seed);
  login made;
  made.nkey = key.public_key();
  made.sig = key.sign(nonce);
  made.shown = "the nkey " + key.public_key();
  return made;
}

struct jwt_claims {
  std::optional<std::int64_t> exp;
};

/// " (its JWT expired at 2026-01-31T11:30:00Z)" of one that has, which the server does not say;
/// empty for any other.
std::string expiry_of(std::string_view jwt) {
  const std::size_t begin = jwt.find('.');
  if (begin == std::string_view::npos) return {};
  const std::size_t end = std::min(jwt.find('.', begin + 1), jwt.size());
  const auto claims = base64url_decoded(jwt.substr(begin + 1, end - begin - 1));
  if (!claims) return {};
  const auto read = json::decode<jwt_claims>(*claims);
  if (!read.has_value() || read->exp.value_or(0) <= 0) return {};
  const timestamp expired{std::chrono::seconds(*read->exp)};
  if (expired > std::chrono::system_clock::now()) return {};
  return " (its JWT expired at " + to_rfc3339(expired) + ")";
}

task<login> with_creds(std::string file, std::string nonce) {
  const std::string text = co_await read_file(file, secret_bytes_max);
  login made = with_nkey(section_of(text, "USER NKEY SEED", file), nonce);
  made.nkey.reset();  // The JWT says it.
  made.jwt = section_of(text, "NATS USER JWT", file);
  made.shown = "the creds file " + quoted_text(file) + expiry_of(*made.jwt);
  co_return made;
}

std::optional<std::string> if_said(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

task<login> answered(const credentials& given, std::string challenge) {
  login_answer told = co_await given.answer(std::move(challenge));
  login made;
  made.user = if_said(std::move(told.user));
  made.pass = if_said(std::move(told.password));
  made.auth_token = if_said(std::move(told.token));
  made.jwt = if_said(std::move(told.jwt));
  made.nkey = if_said(std::move(told.nkey));
  made.sig = if_said(std::move(told.signature));
  made.shown = "what credentials::answer gave";
  if (made.user) made.shown += " for user " + quoted_text(*made.user);
  if (made.nkey) made.shown += " for the nkey " + *made.nkey;
  co_return made;
}

}  // namespace

void check(const credentials& given) {
  const std::array ways = {!given.user.empty(), !given.token.empty() || !given.token_file.empty(),
                           !given.nkey_seed_file.empty(), !given.creds_file.empty(),
                           given.answer != nullptr};
  int named = 0;
  for (const bool way : ways) named += way ? 1 : 0;
  const bool twice = (!given.password.empty() && !given.password_file.empty()) ||
                     (!given.token.empty() && !given.token_file.empty());
  const bool nobody =
      given.user.empty() && (!given.password.empty() || !given.password_file.empty());
  if (named <= 1 && !twice && !nobody) return;
  throw error(errc::invalid_argument, disposition::permanent,
              std::string("the credentials of a NATS connection cannot be used: ") +
                  (nobody  ? "a password without a user"
                   : twice ? "a secret is given both as itself and as a file"
                           : "they name more than one way to log in") +
                  "; expected user with password or password_file, or token, or token_file, or "
                  "nkey_seed_file, or creds_file, or answer");
}

task<login> log_in(const server_address& server, const credentials& given, std::string nonce) {
  login made;
  if (!server.user.empty() && server.password.empty()) {
    made.auth_token = server.user;
    made.shown = "the token of the URL";
  } else if (!server.user.empty()) {
    made.user = server.user;
    made.pass = server.password;
    made.shown = "user " + quoted_text(server.user);
  } else if (!given.user.empty()) {
    made.user = given.user;
    made.pass = co_await secret(given.password, given.password_file);
    made.shown = "user " + quoted_text(given.user);
  } else if (!given.token.empty() || !given.token_file.empty()) {
    made.auth_token = co_await secret(given.token, given.token_file);
    made.shown = "the token";
  } else if (!given.nkey_seed_file.empty()) {
    const std::string seed = co_await secret({}, given.nkey_seed_file);
    made = with_nkey(seed, nonce);
  } else if (!given.creds_file.empty()) {
    made = co_await with_creds(given.creds_file, std::move(nonce));
  } else if (given.answer) {
    made = co_await answered(given, std::move(nonce));
  }
  co_return made;
}

}  // namespace weir::nats::detail
