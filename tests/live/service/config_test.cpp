// SPDX-License-Identifier: Apache-2.0
// services/quotes as a program of its own, told by files, variables and flags what to do.
#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"
#include "watchdog.hpp"
#include "weir/loop.hpp"
#include "weir/nats/connection.hpp"
#include "weir/nats/request.hpp"
#include "weir/nats/service_error.hpp"
#include "weir/process.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

TEST_SUITE_BEGIN("service.config");

using namespace std::chrono_literals;
namespace nats = weir::nats;

namespace {

constexpr std::string_view canary = "canary-8d1f";

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A home for settings, without those of who runs the test.
class home_directory {
 public:
  home_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "weir-home-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~home_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  home_directory(const home_directory&) = delete;
  home_directory& operator=(const home_directory&) = delete;

  std::string write(const char* name, std::string_view text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file.string();
  }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

using variables = std::vector<std::pair<std::string, std::string>>;

weir::process start(const home_directory& home, std::vector<std::string> arguments,
                    variables environment = {}) {
  environment.emplace_back("XDG_CONFIG_HOME", home.path().string());
  return weir::process::spawn({.program = QUOTES_PROGRAM,
                               .arguments = std::move(arguments),
                               .environment = std::move(environment),
                               .capture_output = true});
}

/// What a program has said, and how it ended.
struct ended {
  std::string output;
  std::string errors;
  int code;
};

weir::task<ended> end_of(weir::process& program) {
  const auto all = co_await weir::when_all(program.output().read_text(),
                                           program.errors().read_text(), program.wait());
  co_return ended{std::get<0>(all), std::get<1>(all), std::get<2>(all).code};
}

ended run(const home_directory& home, std::vector<std::string> arguments,
          variables environment = {}) {
  weir::loop loop;
  auto program = start(home, std::move(arguments), std::move(environment));
  return loop.run(end_of(program));
}

/// Asks until the program is there.
weir::task<nats::message> ask(nats::connection& link, std::string body) {
  const nats::subject to("quotes.get");
  for (;;) {
    auto answer = co_await nats::request(link, to, body).as_result();
    if (answer) co_return std::move(*answer);
    if (answer.error().message().find("no responders") == std::string::npos) throw answer.error();
    co_await weir::sleep(5ms);
  }
}

/// Of "postgresql://postgres:pen@127.0.0.1:5432/postgres".
std::string password_in(const std::string& conninfo) {
  const std::size_t start = conninfo.find(':', conninfo.find("//")) + 1;
  return conninfo.substr(start, conninfo.find('@') - start);
}

std::string without_password(std::string conninfo) {
  return conninfo.erase(conninfo.find('@') - password_in(conninfo).size() - 1,
                        password_in(conninfo).size() + 1);
}

weir::task<> ask_twice(nats::connection& link) {
  const auto few = co_await ask(link, R"({"product":"tea","pieces":4})");
  CHECK(few.payload().find(R"("amount_cents":1000})") != std::string_view::npos);
  const auto many = co_await ask(link, R"({"product":"tea","pieces":5})");
  CHECK(nats::service_error_of(many) == nats::service_error{400, "pieces must be from 1 to 4"});
}

weir::task<ended> ask_and_drain(weir::process& program, std::string url) {
  nats::connection_options options{.url = url};
  options.credentials.token = canary;
  nats::connection link(options);
  const auto asked = co_await weir::with_timeout(60s, ask_twice(link)).as_result();
  co_await link.close();
  program.kill(SIGTERM);
  ended seen = co_await end_of(program);
  INFO(seen.errors);
  CHECK_MESSAGE(asked.has_value(), asked.error().message());
  co_return seen;
}

/// All that a program says until it waits for PostgreSQL, and while it ends then.
weir::task<std::string> complaints_of(weir::process& program) {
  std::string told;
  while (auto line = co_await program.errors().read_line()) {
    told += *line + '\n';
    if (contains(*line, "waiting for PostgreSQL")) break;
  }
  program.kill(SIGTERM);
  const ended rest = co_await end_of(program);
  co_return told + rest.errors + rest.output;
}

}  // namespace

TEST_CASE("a service takes what its file, its variables and its flags say, and tells no secret") {
  weir::test::allow(120s);
  weir::servers::nats_server server(
      {.configuration = "authorization {\ntoken: \"" + std::string(canary) + "\"\n}\n"});
  weir::servers::postgres_server database;
  server.start();
  database.start();
  const home_directory home;
  home.write("quotes/config.toml",
             "[quotes]\npieces_max = 3\n[service]\ndrain_timeout = \"20s\"\n");
  const std::string given = home.write("given.toml", "quotes.pieces_max = 4\n");
  const std::string password = home.write("password", password_in(database.conninfo()) + "\n");
  const std::string token = home.write("token", std::string(canary) + "\n");
  weir::loop loop;
  auto program = start(home, {"--config", given, "--set", "nats.url=" + server.url()},
                       {{"DATABASE_URL", without_password(database.conninfo())},
                        {"WEIR_NATS__TOKEN_FILE", token},
                        {"WEIR_POSTGRES__PASSWORD_FILE", password},
                        {"OTEL_EXPORTER_OTLP_HEADERS", "key=" + std::string(canary)}});

  const auto seen = loop.run(ask_and_drain(program, server.url()));

  CHECK(seen.code == 0);
  CHECK(contains(seen.errors, "the service has drained"));
  CHECK_FALSE(contains(seen.errors, canary));
  CHECK_FALSE(contains(seen.output, canary));
  CHECK_FALSE(contains(seen.errors + seen.output, password_in(database.conninfo())));
}

TEST_CASE("a secret that the server does not take is told by no error either") {
  weir::test::allow(120s);
  weir::servers::nats_server server({.configuration = "authorization {\ntoken: \"other\"\n}\n"});
  weir::servers::postgres_server database;
  server.start();
  database.start();
  const home_directory home;
  weir::loop loop;
  auto program = start(home, {"--set", "nats.url=" + server.url()},
                       {{"WEIR_NATS__TOKEN", std::string(canary)},
                        {"WEIR_POSTGRES__PASSWORD", std::string(canary)},
                        {"DATABASE_URL", database.conninfo()}});

  const std::string told = loop.run(weir::with_timeout(60s, complaints_of(program)));

  CHECK(contains(told, "password authentication failed"));
  CHECK_FALSE(contains(told, canary));
}

TEST_CASE("the settings are printed with where they come from, without a secret") {
  const home_directory home;
  const std::string file =
      home.write("quotes/config.toml", "[quotes]\npieces_max = 3\n[nats]\nuser = \"till\"\n");
  const std::string secret(canary);
  const auto printed = run(home, {"--print-config", "--set", "postgres.connections=4"},
                           {{"NATS_URL", "nats://till:" + secret + "@db:4222"},
                            {"WEIR_NATS__PASSWORD", secret},
                            {"PGPASSWORD", secret},
                            {"OTEL_EXPORTER_OTLP_HEADERS", "key=" + secret}});

  CHECK(printed.code == 0);
  CHECK(printed.errors == "");
  CHECK(contains(printed.output, "pieces_max = 3  # " + file + ":2\n"));
  CHECK(contains(printed.output, "url = \"nats://till:***@db:4222\"  # environment NATS_URL\n"));
  CHECK(contains(printed.output, "password = \"***\"  # environment WEIR_NATS__PASSWORD\n"));
  CHECK(contains(printed.output, "connections = 4  # flag --set postgres.connections\n"));
  CHECK(contains(printed.output, "service_name = \"\"  # default\n"));
  CHECK_FALSE(contains(printed.output, canary));

  // What it prints is a file that says the same.
  const std::string again = home.write("again.toml", printed.output);
  CHECK(run(home, {"--check-config", "--config", again}).code == 0);
}

TEST_CASE("wrong settings are told all at once, before any connection") {
  const home_directory home;
  const std::string file =
      home.write("quotes/config.toml", "[quotes]\npiece_max = 3\n[nats]\npassword = \"" +
                                           std::string(canary) + "\"\nconnect_timeout = 5\n");
  // Nobody listens there: a service that got so far would wait, and the test with it.
  const variables nowhere{{"NATS_URL", "nats://127.0.0.1:1"},
                          {"DATABASE_URL", "host=127.0.0.1 port=1"}};
  const auto checked = run(home, {"--check-config"}, nowhere);

  CHECK(checked.code == 1);
  CHECK(checked.output == "");
  CHECK(contains(checked.errors,
                 file + ":2: quotes.piece_max is no setting; did you mean quotes.pieces_max?\n"));
  CHECK(contains(checked.errors, file + ":5: nats.connect_timeout is 5; it must be a span"));
  CHECK(
      contains(checked.errors, "default: nats.user is \"\"; it must be given with nats.password"));
  CHECK_FALSE(contains(checked.errors, canary));
  CHECK(run(home, {}, nowhere).code == 2);

  home.write("quotes/config.toml", "[quotes]\npieces_max = 3\n");
  const auto right = run(home, {"--check-config"}, nowhere);
  CHECK(right.code == 0);
  CHECK(right.output == "the settings of quotes are right\n");
}

TEST_SUITE_END();
