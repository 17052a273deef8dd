// SPDX-License-Identifier: Apache-2.0
// A service on real servers that is given secrets, and bodies that are some, in every way.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include "collector.hpp"
#include "open_vault.hpp"
#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"
#include "watchdog.hpp"
#include "weir/loop.hpp"
#include "weir/nats/connection.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/nats/request.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

TEST_SUITE_BEGIN("canary.running");

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto story_limit = 60s;
constexpr std::uint64_t letters = 8;  // that come of the parcels
constexpr std::string_view clerk = "till";

const canary nats_password("Nats"), database_password("Postgres"), api_key("Apikey"), pin("Number"),
    lock_code("Lock"), listed("Listed"), trace_key("Trace"), payload("Body");

std::vector<canary> all_secrets() {
  return {nats_password, database_password, api_key, pin, lock_code, listed, trace_key, payload};
}
std::vector<canary> all_but_payload() {
  auto all = all_secrets();
  all.pop_back();
  return all;
}

/// How somebody hands the secrets to a service.
struct way {
  std::string name;
  std::string nats_authorization;
  std::function<variables(const vault_home&, const std::string& nats, const std::string& database)>
      say;
  nats::credentials own;  ///< The test's.
};

struct place {
  const way& how;
  servers::nats_server& nats;
  servers::postgres_server& postgres;
  collector& traces;
  nats::connection& link;
  open_vault& vault;
};
using story = std::function<task<>(place)>;

std::string user_of_nats() {
  return "authorization {\n users: [{user: " + std::string(clerk) + ", password: \"" +
         nats_password.value() + "\"}]\n}\n";
}

nats::credentials as_user() {
  nats::credentials own;
  own.user = clerk;
  own.password = nats_password.value();
  return own;
}

/// "nats://127.0.0.1:1" with `account` in front of the host.
std::string with_account(std::string url, const std::string& account) {
  const std::size_t host = url.find("127.0.0.1");
  const std::size_t from = url.find("://") + 3;
  return url.replace(from, host - from, account.empty() ? "" : account + '@');
}

void add_own(variables& to, const vault_home& home) {
  home.write("vault/config.toml", "[vault]\nkeys = [\"" + listed.value() + "\"]\n");
  to.emplace_back("WEIR_VAULT__API_KEY", api_key.value());
  to.emplace_back("WEIR_VAULT__LOCK__CODE_FILE", home.write("code", lock_code.value() + "\n"));
  to.emplace_back("OTEL_EXPORTER_OTLP_HEADERS", "x-key=" + trace_key.in_url());
  to.emplace_back("WEIR_SERVICE__DRAIN_TIMEOUT", "100ms");
}

/// All in URLs; a text to read.
variables in_urls(const vault_home&, const std::string& nats, const std::string& database) {
  const std::string user(clerk);
  return {{"NATS_URL", with_account(nats, user + ':' + nats_password.in_url())},
          {"DATABASE_URL", with_account(database, user + ':' + database_password.in_url())},
          {"WEIR_LOG_FORMAT", "text"}};
}

/// In files, and in a variable of libpq; JSON.
variables in_files(const vault_home& home, const std::string& nats, const std::string& database) {
  return {{"NATS_URL", nats},
          {"WEIR_NATS__USER", std::string(clerk)},
          {"WEIR_NATS__PASSWORD_FILE", home.write("nats", nats_password.value() + "\n")},
          {"DATABASE_URL", with_account(database, std::string(clerk))},
          {"PGPASSWORD", database_password.value()},
          {"WEIR_LOG_FORMAT", "json"}};
}

/// A token, and a parameter of a URL; for the journal.
variables in_parameters(const vault_home&, const std::string& nats, const std::string& database) {
  return {{"NATS_URL", nats},
          {"WEIR_NATS__TOKEN", nats_password.value()},
          {"DATABASE_URL", with_account(database, std::string(clerk)) + "?password=" +
                               database_password.in_url() + "&application_name=vault"},
          {"WEIR_LOG_FORMAT", "journal"}};
}

/// systemd's credentials.
variables in_credentials(const vault_home& home, const std::string& nats,
                         const std::string& database) {
  home.write("credentials/nats.token", nats_password.value() + "\n");
  home.write("credentials/postgres.password", database_password.value());
  return {{"NATS_URL", nats},
          {"CREDENTIALS_DIRECTORY", home / "credentials"},
          {"DATABASE_URL", with_account(database, std::string(clerk))},
          {"WEIR_LOG_FORMAT", "json"}};
}

std::string token_of_nats() {
  return "authorization {\n token: \"" + nats_password.value() + "\"\n}\n";
}

nats::credentials as_bearer() {
  nats::credentials own;
  own.token = nats_password.value();
  return own;
}

// A statement is a constant, and so has to say the password itself: database_password.value().
constexpr auto add_clerk =
    stmt<"CREATE ROLE till SUPERUSER LOGIN PASSWORD 'cn4ryPostgresFeather/+&='">;

task<> make_clerk(std::string database) {
  postgres::pool_options options;
  options.conninfo = std::move(database);
  postgres::pool pool(std::move(options));
  co_await pool.exec(add_clerk);
  co_await pool.close();
}

task<> run_story(servers::nats_server& nats, servers::postgres_server& postgres, const way& how,
                 const story& what, const vault_home& home) {
  co_await make_clerk(postgres.conninfo());
  collector traces;
  traces.open();
  variables environment = how.say(home, nats.url(), postgres.conninfo());
  add_own(environment, home);
  environment.emplace_back("OTEL_EXPORTER_OTLP_ENDPOINT", traces.url());
  nats::connection_options options;
  options.url = nats.url();
  options.credentials = how.own;
  nats::connection link(options);
  open_vault vault(home, std::move(environment));
  scope listening;
  listening.spawn(vault.listen());
  const auto done =
      co_await with_timeout(story_limit, what({how, nats, postgres, traces, link, vault}))
          .as_result();
  vault.kill(SIGKILL);
  co_await listening.join();
  co_await link.close();
  co_await traces.close();
  INFO(vault.log());
  if (!done) FAIL(done.error().message());
  for (const received_post& one : traces.posts) vault.traces.push_back({"a span", one.body});
  for (const std::string& leak : leaks(vault.traces, all_but_payload())) FAIL_CHECK(leak);
  std::erase_if(vault.traces, [](const trace_left& one) {
    return one.where.starts_with("weir dlq show") || one.where.starts_with("--try");
  });
  for (const std::string& leak : leaks(vault.traces, {payload})) FAIL_CHECK(leak);
}

void play(const way& how, const story& what) {
  weir::test::allow(story_limit + 60s);
  servers::nats_server nats({.configuration = how.nats_authorization});
  servers::postgres_server postgres;
  nats.start();
  postgres.start();
  const vault_home home;
  loop here;
  here.run(run_story(nats, postgres, how, what, home));
}

std::string parcel(int id, const std::string& wish, const std::string& note) {
  return R"({"id":)" + std::to_string(id) + R"(,"wish":")" + wish + R"(","note":")" + note +
         R"(","marks":{}})";
}

/// All but the first end as dead letters, each in its own way.
std::vector<std::string> parcels() {
  const std::string& note = payload.value();
  return {parcel(1, "keep", note),
          parcel(2, "keep", note),
          parcel(3, "throw", note),
          parcel(4, "refuse", note),
          parcel(5, "count", note),
          parcel(1001, "keep", note + "!"),
          parcel(7, note, note).replace(6, 1, '"' + note + '"'),
          R"({"id":8,"wish":"keep","note":"a","marks":{")" + note + R"(":"x"}})",
          note};
}

task<> send_parcels(place at) {
  nats::jetstream jetstream(at.link);
  nats::stream_config dead;
  dead.name = "DLQ_PARCELS";
  dead.subjects = {"dlq.parcels"};
  co_await jetstream.ensure_stream(dead);
  const nats::subject to("parcels.sent");
  for (const std::string& body : parcels()) co_await jetstream.publish(to, body);
  for (;;) {
    const auto info = co_await jetstream.stream_info("DLQ_PARCELS");
    if (info.messages >= letters) break;
    co_await sleep(5ms);
  }
  for (std::uint64_t sequence = 1; sequence <= letters; ++sequence) {
    const auto letter = co_await jetstream.get_message("DLQ_PARCELS", sequence);
    std::string text;
    for (const auto& [name, value] : letter.headers) text += name + ": " + value + '\n';
    at.vault.traces.push_back({"the header of letter " + std::to_string(sequence), text});
    CHECK(text.find("Weir-Cause: ") != text.npos);
  }
}

void keep(place at, const std::string& what, const nats::message& answer) {
  std::string text(answer.payload());
  for (const auto& [name, value] : answer.headers()) text += '\n' + name + ": " + value;
  at.vault.traces.push_back({what, text});
}

task<> ask_for_parcels(place at) {
  const nats::subject find("parcel.find");
  const std::string note = R"({"note":")" + payload.value();
  for (const std::string& body : {note + "\"}", note + "?\"}", note, payload.value()}) {
    const auto answer = co_await nats::request(at.link, find, body);
    keep(at, "an answer", answer);
  }
  for (const char* name : {"$SRV.PING.vault", "$SRV.INFO.vault", "$SRV.STATS.vault"}) {
    const nats::subject to(name);
    const auto answer = co_await nats::request(at.link, to, "");
    keep(at, name, answer);
  }
}

/// The commands take a login from the URL alone.
variables for_commands(place at) {
  const bool has_user = at.how.own.token.empty();
  const std::string user = has_user ? std::string(clerk) + ':' : std::string();
  return {{"NATS_URL", with_account(at.nats.url(), user + nats_password.in_url())}};
}

task<> run_tools(place at) {
  const std::vector<std::vector<std::string>> lines{
      {"doctor"},
      {"doctor", "--json"},
      {"stream", "list"},
      {"stream", "info", "PARCELS"},
      {"consumer", "info", "PARCELS", "keeper"},
      {"consumer", "lag"},
      {"top", at.vault.page_address(), "--once"},
      {"top", at.vault.page_address(), "--once", "--json"},
      {"dlq", "list"},
      {"dlq", "list", "--json"},
      {"dlq", "list", "--by-cause"},
      {"dlq", "show", "1", "--stream", "DLQ_PARCELS"},
      {"pub", "nobody.listens", "a body"},
  };
  for (const auto& line : lines) {
    std::string name = "weir";
    for (const std::string& word : line) name += ' ' + word;
    co_await at.vault.run_beside(WEIR_COMMAND, line, name, for_commands(at));
    const std::string& output = at.vault.traces[at.vault.traces.size() - 2].text;
    CHECK_MESSAGE(!output.empty(), name << ": " << at.vault.traces.back().text);
  }
  for (const char* way : {"--print-config", "--check-config", "--describe"}) {
    co_await at.vault.run_beside(VAULT_PROGRAM, {way}, way);
  }
  co_await at.vault.run_beside(VAULT_PROGRAM, {"--probe", "readyz"}, "--probe");
  for (std::uint64_t sequence = 1; sequence <= letters; ++sequence) {
    co_await at.vault.run_beside(VAULT_PROGRAM,
                                 {"--try", "DLQ_PARCELS:" + std::to_string(sequence)}, "--try");
  }
}

/// Until its log says that the parcel is in its hands.
task<> wait_for_parcel(const open_vault& vault, std::string id) {
  const auto says = [&vault](const std::string& words) {
    return vault.log().find(words) != std::string::npos;
  };
  while (!says(" id=" + id) && !says("\"id\":" + id)) co_await sleep(5ms);
}

/// The whole day of a vault, to its end with a parcel in hand.
task<> live(place at) {
  co_await at.vault.wait_started();
  co_await send_parcels(at);
  co_await ask_for_parcels(at);
  nats::jetstream jetstream(at.link);
  const nats::subject to("parcels.sent");
  const std::string stays = parcel(9, "stay", payload.value());
  co_await jetstream.publish(to, stays);
  co_await wait_for_parcel(at.vault, "9");
  co_await at.vault.look("of a running one");
  at.vault.kill(SIGUSR1);
  co_await run_tools(at);
  at.vault.kill(SIGTERM);
  while (!at.vault.has_ended()) co_await sleep(5ms);
  CHECK(at.vault.log().find("the service has drained") != std::string::npos);
  // The secrets were there to be told.
  REQUIRE_FALSE(at.traces.posts.empty());
  CHECK(at.traces.posts.front().headers.at("x-key") == trace_key.value());
}

task<> lose_servers(place at) {
  co_await at.vault.wait_started();
  co_await send_parcels(at);
  at.nats.kill_hard();
  at.postgres.kill_hard();
  co_await at.vault.wait_until_page("/readyz?verbose", "no connection to");
  co_await at.vault.look("of one without servers");
  co_await at.vault.run_beside(WEIR_COMMAND, {"doctor"}, "weir doctor, without servers");
  at.nats.start();
  at.postgres.start();
  co_await at.vault.wait_until_page("/readyz", "ok");
  at.vault.kill(SIGTERM);
  while (!at.vault.has_ended()) co_await sleep(5ms);
}

task<> be_refused(place at) {
  co_await at.vault.wait_until_page("/startupz?verbose", "password authentication failed");
  co_await at.vault.wait_until_page("/readyz?verbose", "no connection to");
  co_await at.vault.look("of one that is refused");
  for (const char* line : {"doctor", "top"}) {
    co_await at.vault.run_beside(WEIR_COMMAND, {line, line[0] == 'd' ? "--json" : "--once"}, line);
  }
  co_await at.vault.run_beside(VAULT_PROGRAM, {"--try", "DLQ_PARCELS:1"}, "--try, refused");
  at.vault.kill(SIGTERM);
  while (!at.vault.has_ended()) co_await sleep(5ms);
}

way urls() { return {"urls", user_of_nats(), in_urls, as_user()}; }

}  // namespace

TEST_CASE("a service with its secrets in URLs tells none of them, nor what it handles") {
  play(urls(), live);
}

TEST_CASE("the same with secrets in files, as JSON") {
  play({"files", user_of_nats(), in_files, as_user()}, live);
}

TEST_CASE("the same with a token and in parameters, for the journal") {
  play({"parameters", token_of_nats(), in_parameters, as_bearer()}, live);
}

TEST_CASE("the same with systemd's credentials") {
  play({"credentials", token_of_nats(), in_credentials, as_bearer()}, live);
}

TEST_CASE("a service whose servers are killed tells no secret while it looks for them") {
  play(urls(), lose_servers);
}

TEST_CASE("a service that its servers refuse does not tell what they have refused") {
  way wrong = urls();
  wrong.nats_authorization = "authorization {\n token: \"another\"\n}\n";
  wrong.own = {};
  wrong.own.token = "another";
  wrong.say = [](const vault_home& home, const std::string& nats, const std::string& database) {
    variables all = in_urls(home, nats, database);
    all.emplace_back("WEIR_POSTGRES__PASSWORD", listed.value());
    return all;
  };
  play(wrong, be_refused);
}

TEST_SUITE_END();
