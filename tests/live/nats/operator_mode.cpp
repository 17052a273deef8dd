// SPDX-License-Identifier: Apache-2.0
#include "operator_mode.hpp"

#include "base64.hpp"
#include "nkey.hpp"

namespace weir::test {
namespace {

using nats::detail::base64url_encoded;
using nats::detail::nkey;

std::string seed(char role, char fill) {
  return nats::detail::nkey_seed(role, std::string(32, fill));
}

std::string public_key(const std::string& of_seed) { return nkey(of_seed).public_key(); }

/// What `issuer` states about `subject`, as a JWT of NATS. `about` is the JSON of its member
/// "nats".
std::string token(const std::string& issuer_seed, const std::string& subject,
                  const std::string& about, const std::string& more = "") {
  constexpr auto header = R"({"typ":"JWT","alg":"ed25519-nkey"})";
  const nkey issuer(issuer_seed);
  const std::string claims = R"({"jti":"TEST","iat":1700000000,"iss":")" + issuer.public_key() +
                             R"(","name":"test","sub":")" + subject + R"(",)" + more +
                             R"("nats":{"version":2,)" + about + "}}";
  const std::string signed_part = base64url_encoded(header) + "." + base64url_encoded(claims);
  return signed_part + "." + issuer.sign(signed_part);
}

std::string account_token(const std::string& operator_seed, const std::string& account_seed,
                          bool uses_jetstream) {
  const std::string room = uses_jetstream ? "-1" : "0";
  return token(operator_seed, public_key(account_seed),
               R"("type":"account","limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,)"
               R"("exports":-1,"wildcards":true,"conn":-1,"leaf":-1,"mem_storage":)" +
                   room + R"(,"disk_storage":)" + room + R"(,"streams":)" + room +
                   R"(,"consumer":)" + room + "}");
}

}  // namespace

operator_mode::operator_mode()
    : operator_seed_(seed('O', 'o')), account_seed_(seed('A', 'a')), system_seed_(seed('A', 's')) {}

servers::nats_server_options operator_mode::server_options() const {
  const std::string self =
      token(operator_seed_, public_key(operator_seed_), R"("type":"operator")");
  return {.configuration =
              "operator: \"" + self + "\"\nsystem_account: " + public_key(system_seed_) +
              "\nresolver: MEMORY\nresolver_preload: {\n  " + public_key(account_seed_) + ": \"" +
              account_token(operator_seed_, account_seed_, true) + "\"\n  " +
              public_key(system_seed_) + ": \"" +
              account_token(operator_seed_, system_seed_, false) + "\"\n}\n"};
}

std::string operator_mode::creds(std::optional<std::int64_t> expires_at,
                                 const std::string& permissions) const {
  const std::string user_seed = seed('U', 'u');
  const std::string user = token(account_seed_, public_key(user_seed),
                                 R"("type":"user","subs":-1,"data":-1,"payload":-1)" +
                                     (permissions.empty() ? "" : "," + permissions),
                                 expires_at ? R"("exp":)" + std::to_string(*expires_at) + "," : "");
  return "-----BEGIN NATS USER JWT-----\n" + user +
         "\n------END NATS USER JWT------\n\n"
         "************************* IMPORTANT *************************\n"
         "NKEY Seed printed below can be used to sign and prove identity.\n\n"
         "-----BEGIN USER NKEY SEED-----\n" +
         user_seed + "\n------END USER NKEY SEED------\n";
}

}  // namespace weir::test
