// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "nkey.hpp"
#include "orders.hpp"
#include "told.hpp"
#include "weir/blocking.hpp"
#include "weir/sleep.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

std::string write(live_server& in, const char* name, const std::string& text) {
  const auto file = in->directory() / name;
  std::ofstream(file) << text;
  return file.string();
}

servers::nats_server_options users(const std::string& lines) {
  return {.configuration = "authorization {\n" + lines + "\n}\n"};
}

std::string test_seed(char role = 'U', char fill = 'k') {
  return nats::detail::nkey_seed(role, std::string(32, fill));
}

task<> flush(nats::connection& link) {
  co_await link.wait_connected();
  co_await link.flush();
  CHECK(link.server().auth_required);
}

task<> be_refused(nats::connection& link, told& heard, std::string words) {
  const nats::connection_event first = co_await heard.next(kind::connect_failed);
  CAPTURE(first.reason);
  CHECK(contains(first.reason, words));
  CHECK(contains(first.reason, "Authorization Violation"));
  CHECK(contains(first.reason, first.server));
  CHECK_FALSE(contains(first.reason, "wrong"));
  CHECK_FALSE(contains(first.reason, "secret"));
  CHECK_FALSE(link.is_connected());
}

task<> take_up_rotation(nats::connection& link, told& heard, live_server& server) {
  co_await heard.next(kind::connect_failed);
  write(server, "password", "secret\n");
  co_await link.wait_connected();
  const std::size_t known = heard.all.size();
  // Now the server's side is rotated, and then the file.
  co_await blocking([&server] {
    server->kill_hard();
    server->configure(users(R"(user: orders, password: "second")"));
    server->start();
  });
  co_await heard.next(kind::connect_failed, known);
  write(server, "password", "second\n");
  co_await link.wait_connected();
  co_await link.flush();
  CHECK(link.is_connected());
}

task<nats::login_answer> sign_at_second(const nats::detail::nkey& key, std::string challenge,
                                        int attempt) {
  if (attempt < 2) throw error(errc::unavailable, disposition::retry, "the vault is sealed");
  CHECK_FALSE(challenge.empty());
  co_return nats::login_answer{.nkey = key.public_key(), .signature = key.sign(challenge)};
}

task<nats::login_answer> wrong_password() {
  co_return nats::login_answer{.user = "orders", .password = "wrong"};
}

task<> back_off(told& heard) {
  // Full jitter: the bound is on how many attempts fit, not on when each of them comes. Without a
  // back-off, hundreds would.
  co_await heard.next(kind::connect_failed);
  co_await sleep(1s);
  CHECK(heard.all.size() < 60);
}

}  // namespace

TEST_SUITE("nats.login") {
  TEST_CASE("user and password of the URL, or of the options, let one in") {
    live_server server(users(R"(user: orders, password: "secret")"));
    nats::connection_options options = server.options();
    options.credentials = {.user = "orders", .password = "secret"};
    with_connection(options, flush);

    options.credentials = {};
    options.url = "nats://orders:secret@127.0.0.1:" + std::to_string(server->port());
    with_connection(options, flush);
  }
  TEST_CASE("a token of the URL, of the options, or of a file lets one in") {
    live_server server(users(R"(token: "secret")"));
    nats::connection_options options = server.options();
    options.credentials = {.token = "secret"};
    with_connection(options, flush);
    options.credentials = {.token_file = write(server, "token", "secret\n")};
    with_connection(options, flush);
    options.credentials = {};
    options.url = "nats://secret@127.0.0.1:" + std::to_string(server->port());
    with_connection(options, flush);
  }
  TEST_CASE("an nkey's seed in a file lets one in") {
    const nats::detail::nkey key(test_seed());
    live_server server(users("users: [ { nkey: " + key.public_key() + " } ]"));
    nats::connection_options options = server.options();
    options.credentials = {.nkey_seed_file = write(server, "seed", test_seed() + "\n")};
    with_connection(options, flush);
  }
  TEST_CASE("the program's own answer lets one in, and is asked again after it failed") {
    const nats::detail::nkey key(test_seed());
    live_server server(users("users: [ { nkey: " + key.public_key() + " } ]"));
    told heard;
    nats::connection_options options = heard.listen(server.options());
    int asked = 0;
    options.credentials.answer = [&](std::string challenge) {
      return sign_at_second(key, challenge, ++asked);
    };
    with_connection(options, flush);
    CHECK(asked == 2);
    CHECK(contains(heard.all.front().reason, "the vault is sealed"));
  }
  TEST_CASE("a wrong answer of the program's is refused, and the error shows no secret") {
    live_server server(users(R"(user: orders, password: "secret")"));
    told heard;
    nats::connection_options options = heard.listen(server.options());
    options.credentials.answer = [](std::string) { return wrong_password(); };
    with_connection(options, [&](auto& link) {
      return be_refused(link, heard, R"(what credentials::answer gave for user "orders")");
    });
  }
  TEST_CASE("a wrong secret is refused with the server's words, and no error shows it") {
    live_server server(users(R"(user: orders, password: "secret")"));
    told heard;
    nats::connection_options options = heard.listen(server.options());
    options.credentials = {.user = "orders", .password = "wrong"};
    with_connection(options,
                    [&](auto& link) { return be_refused(link, heard, "user \"orders\""); });
    heard.all.clear();
    options.credentials = {};
    with_connection(options,
                    [&](auto& link) { return be_refused(link, heard, "without credentials"); });
  }
  TEST_CASE("a wrong nkey is refused, and the error names its public key") {
    const nats::detail::nkey key(test_seed('U', 'a'));
    live_server server(users("users: [ { nkey: " + key.public_key() + " } ]"));
    told heard;
    nats::connection_options options = heard.listen(server.options());
    options.credentials = {.nkey_seed_file = write(server, "seed", test_seed('U', 'b'))};
    const std::string other = nats::detail::nkey(test_seed('U', 'b')).public_key();
    with_connection(options, [&](auto& link) { return be_refused(link, heard, other); });
  }
  TEST_CASE("refused attempts back off") {
    live_server server(users(R"(user: orders, password: "secret")"));
    told heard;
    with_connection(heard.listen(server.options()), [&](auto&) { return back_off(heard); });
  }
  TEST_CASE("a secret's file is read at each attempt, so that a new secret is taken up") {
    live_server server(users(R"(user: orders, password: "secret")"));
    told heard;
    nats::connection_options options = heard.listen(server.options());
    options.credentials = {.user = "orders",
                           .password_file = (server->directory() / "password").string()};
    with_connection(options, [&](auto& link) { return take_up_rotation(link, heard, server); });
  }
  TEST_CASE("credentials that contradict each other are refused at once") {
    const auto refused = [](const nats::credentials& given) {
      return message_of([&] {
        loop home;
        nats::connection_options options;
        options.credentials = given;
        nats::connection never(options);
      });
    };
    CHECK(contains(refused({.user = "a", .token = "b"}), "more than one way"));
    CHECK(contains(refused({.password = "b"}), "a password without a user"));
    CHECK(contains(refused({.token = "a", .token_file = "b"}), "both as itself and as a file"));
  }
}

TEST_SUITE("nats.login") {
  TEST_CASE(
      "a seed is read back to its public key, and a damaged one is refused without showing it") {
    const std::string seed = test_seed();
    CHECK(seed.starts_with("SU"));
    CHECK(seed.size() == 58);
    CHECK(nats::detail::nkey(seed).public_key().starts_with("U"));
    CHECK(nats::detail::nkey(test_seed('A')).public_key().starts_with("A"));
    std::string damaged = seed;
    damaged[20] = damaged[20] == 'A' ? 'B' : 'A';
    for (const std::string& bad : {std::string(), damaged, seed.substr(1), seed + "A",
                                   nats::detail::nkey(seed).public_key(), std::string(58, '1')}) {
      const std::string problem = message_of([&] { nats::detail::nkey never(bad); });
      CHECK(contains(problem, "the seed of an nkey cannot be used"));
      CHECK((bad.empty() || !contains(problem, bad)));
    }
  }
}
