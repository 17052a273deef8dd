// SPDX-License-Identifier: Apache-2.0
// The log of a service, whoever reads it or not.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "fixture.hpp"
#include "watchdog.hpp"
#include "weir/file_descriptor.hpp"
#include "weir/nats/request.hpp"
#include "weir/observe/log.hpp"
#include "weir/observe/log_writer.hpp"
#include "weir/process.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"
#include "weir/when_all.hpp"

TEST_SUITE_BEGIN("service.log");

using namespace std::chrono_literals;
using weir::test::letter;
using weir::test::office_floor;
namespace nats = weir::nats;

namespace {

constexpr auto program_limit = 60s;
constexpr std::string_view canary = "canary-7f3a";

std::string read_all(const weir::file_descriptor& end) {
  std::string text;
  std::array<char, 65536> part;
  for (ssize_t count = 0; (count = ::read(end.get(), part.data(), part.size())) > 0;) {
    text.append(part.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::size_t count_of(std::string_view text, std::string_view wanted) {
  std::size_t found = 0;
  for (auto at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) ++found;
  return found;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Each line is a JSON object with what every line has.
void check_lines(const std::string& text) {
  simdjson::dom::parser parser;
  for (const std::string& line : lines_of(text)) {
    CAPTURE(line);
    simdjson::dom::element read;
    REQUIRE(parser.parse(line).get(read) == simdjson::SUCCESS);
    for (const char* name : {"time", "level", "msg"}) {
      CAPTURE(name);
      CHECK(read[name].is_string());
    }
  }
}

/// Standard error as a pipe that is read when the test likes.
class piped_log {
 public:
  piped_log() : before_(dup(STDERR_FILENO)) {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    read_end_ = weir::file_descriptor(ends[0]);
    const weir::file_descriptor write_end(ends[1]);
    fcntl(read_end_.get(), F_SETFL, O_NONBLOCK);
    dup2(write_end.get(), STDERR_FILENO);
    weir::configure_log(weir::log_level::info, weir::log_format::automatic);
  }
  piped_log(const piped_log&) = delete;
  piped_log& operator=(const piped_log&) = delete;
  ~piped_log() {
    dup2(before_.get(), STDERR_FILENO);
    weir::configure_log(weir::log_level::info, weir::log_format::automatic);
  }

  const std::string& read() {
    text_ += read_all(read_end_);
    return text_;
  }
  weir::task<> until(std::string wanted) {
    while (count_of(read(), wanted) == 0) co_await weir::sleep(2ms);
  }

 private:
  weir::file_descriptor read_end_;
  weir::file_descriptor before_;
  std::string text_;
};

constexpr std::int64_t letters = 400;
std::int64_t handled = 0;

/// Of ten places, each of which may write its hundred lines a second: several megabytes.
void say_much(std::int64_t id) {
  static const std::string much(weir::log_value_bytes_max, 'm');
  const weir::log_fields fields{{"id", id}, {"a", much}, {"b", much}, {"c", much}, {"d", much}};
  switch (id % 4) {
    case 0:
      return weir::log_info("handled one", fields);
    case 1:
      return weir::log_info("handled another", fields);
    case 2:
      return weir::log_info("handled a third", fields);
    default:
      return weir::log_info("handled a fourth", fields);
  }
}

weir::task<> handle_aloud(Letter letter) {
  say_much(letter.id);
  ++handled;
  weir::log_debug("letter handled", {{"letter_id", letter.id}, {"so_far", handled}});
  co_return;
}

weir::task<> publish_letters(office_floor on, std::int64_t count) {
  const nats::subject to(weir::bind<Letter>::subject);
  for (std::int64_t id = 0; id < count; ++id) {
    const std::string body = letter(id, "");
    co_await on.jetstream.publish(to, body);
  }
}

/// The line of the last letter says which message it is about.
void check_about(const std::string& text) {
  simdjson::dom::parser parser;
  for (const std::string& line : lines_of(text)) {
    if (line.find("letter handled") == std::string::npos) continue;
    CAPTURE(line);
    simdjson::dom::element read;
    REQUIRE(parser.parse(line).get(read) == simdjson::SUCCESS);
    CHECK(std::string_view(read["subject"]) == "letters.sent");
    CHECK(std::string_view(read["stream"]) == "LETTERS");
    CHECK(std::string_view(read["consumer"]) == "letters");
    CHECK(std::uint64_t(read["stream_seq"]) == letters + 1);
    CHECK(std::uint64_t(read["delivery"]) == 1);
    CHECK(read["handler"].is_string());
    CHECK(std::int64_t(read["letter_id"]) == 0);
    return;
  }
  FAIL("there is no such line");
}

weir::task<> handle_unread(office_floor on, piped_log& log) {
  const auto before = weir::log_dropped();
  handled = 0;
  // Nobody reads: the handlers go on all the same.
  co_await publish_letters(on, letters);
  while (handled < letters) co_await weir::sleep(2ms);
  CHECK(weir::log_dropped() > before);

  // When somebody does, what was kept comes, and how many were not.
  co_await log.until("\"dropped\":");
  CHECK(count_of(log.read(), "letter handled") == 0);
  weir::set_log_level(weir::log_level::debug);
  co_await publish_letters(on, 1);
  co_await log.until("letter handled");
  check_lines(log.read());
  check_about(log.read());
}

/// The story beside who writes the log, as weir::service::main has it.
weir::task<> beside_writer(office_floor on, piped_log& log) {
  weir::scope writing;
  writing.spawn(weir::write_log());
  const auto told = co_await handle_unread(on, log).as_result();
  co_await writing.close();
  if (!told) throw told.error();
}

/// Asks until the program is there, and has its tables.
weir::task<> ask(nats::connection& link) {
  const nats::subject to("quotes.get");
  const std::string body = R"({"product":"tea","pieces":3})";
  for (;;) {
    const auto answer = co_await nats::request(link, to, body).as_result();
    if (answer && answer->payload().find("amount_cents") != std::string_view::npos) break;
    co_await weir::sleep(5ms);
  }
}

/// Asks, then ends the program; gives how it ended.
weir::task<weir::exit_status> ask_and_end(weir::process& program, std::string url) {
  nats::connection link(nats::connection_options{.url = std::move(url), .on_event = {}});
  const auto asked = co_await ask(link).as_result();
  co_await link.close();
  program.kill(asked ? SIGTERM : SIGKILL);
  co_return co_await program.wait();
}

struct said {
  std::string output;
  std::string errors;
  weir::exit_status ended;
};

weir::task<said> run_program(weir::process& program, std::string url) {
  auto all = co_await weir::with_timeout(
      program_limit, weir::when_all(program.output().read_text(), program.errors().read_text(),
                                    ask_and_end(program, std::move(url))));
  co_return said{std::get<0>(std::move(all)), std::get<1>(std::move(all)), std::get<2>(all)};
}

/// "nats://127.0.0.1:4222" with a user and a password.
std::string with_password(std::string url) {
  return url.insert(url.find("://") + 3, "somebody:" + std::string(canary) + '@');
}

/// The password in a URL.
std::string password_of(const std::string& url) {
  const std::size_t begin = url.find(':', url.find("://") + 3) + 1;
  return url.substr(begin, url.find('@') - begin);
}

struct servers {
  servers() {
    nats.start();
    postgres.start();
  }
  weir::servers::nats_server nats;
  weir::servers::postgres_server postgres;
};

/// A named pipe, full from the beginning, that nobody ever reads.
class full_pipe {
 public:
  full_pipe() {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-log-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    REQUIRE(mkfifo(path().c_str(), 0600) == 0);
    both_ends_ = weir::file_descriptor(::open(path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    const std::string page(4096, 'x');
    while (::write(both_ends_.get(), page.data(), page.size()) > 0) continue;
  }
  full_pipe(const full_pipe&) = delete;
  full_pipe& operator=(const full_pipe&) = delete;
  ~full_pipe() { std::filesystem::remove_all(directory_); }

  std::string path() const { return (directory_ / "log").string(); }

 private:
  std::filesystem::path directory_;
  weir::file_descriptor both_ends_;
};

}  // namespace

TEST_CASE("where nobody reads the log handlers go on; lines are dropped, counted and told of") {
  weir::test::post_office office;
  piped_log log;
  const auto service =
      weir::service("aloud").on<handle_aloud>(weir::durable("letters").workers(16));
  office.play(service, [&log](office_floor on) { return beside_writer(on, log); });
}

TEST_CASE("the lines of a service are JSON, and no password is in them") {
  weir::test::allow(2 * program_limit);
  servers at;
  weir::loop home;
  auto program = weir::process::spawn({.program = QUOTES_PROGRAM,
                                       .arguments = {},
                                       .environment = {{"NATS_URL", with_password(at.nats.url())},
                                                       {"DATABASE_URL", at.postgres.conninfo()},
                                                       {"WEIR_LOG_LEVEL", "trace"}},
                                       .capture_output = true});
  const said all = home.run(run_program(program, at.nats.url()));

  CHECK(all.ended.text() == "exited with 0");
  check_lines(all.errors);
  CHECK(count_of(all.errors, "\"msg\":\"the service is ready\"") == 1);
  CHECK(count_of(all.errors, "\"service\":\"quotes\"") == lines_of(all.errors).size());
  CHECK(all.errors.ends_with("}\n"));
  CHECK(lines_of(all.errors).back().find("the service has drained") != std::string::npos);
  const std::string password = password_of(at.postgres.conninfo());
  REQUIRE(password.size() > 8);
  for (const std::string_view secret : {canary, std::string_view(password)}) {
    CHECK(count_of(all.errors, secret) == 0);
    CHECK(count_of(all.output, secret) == 0);
  }
  CHECK(lines_of(all.output).size() == 1);  // Its report, for programs.
}

TEST_CASE("a program whose environment is wrong says so without the password in it") {
  weir::test::allow(2 * program_limit);
  weir::loop home;
  auto program =
      weir::process::spawn({.program = QUOTES_PROGRAM,
                            .arguments = {},
                            .environment = {{"NATS_URL", with_password("http://127.0.0.1:1")}},
                            .capture_output = true});
  const auto run = [](weir::process& one) -> weir::task<said> {
    auto all =
        co_await weir::when_all(one.output().read_text(), one.errors().read_text(), one.wait());
    co_return said{std::get<0>(std::move(all)), std::get<1>(std::move(all)), std::get<2>(all)};
  };
  const said all = home.run(run(program));
  CHECK(all.ended.text() == "exited with 2");
  // A text for who calls it, since how the log looks is one of the settings.
  CHECK(all.errors.starts_with("environment NATS_URL: nats.url: "));
  CHECK(count_of(all.errors, canary) == 0);
}

TEST_CASE("a service whose log is full from the start starts, answers, drains and ends") {
  weir::test::allow(2 * program_limit);
  servers at;
  const full_pipe log;
  weir::loop home;
  auto program = weir::process::spawn(
      {.program = "/bin/sh",
       .arguments = {"-c", "exec \"$0\" 2>\"$1\"", QUOTES_PROGRAM, log.path()},
       .environment = {{"NATS_URL", at.nats.url()}, {"DATABASE_URL", at.postgres.conninfo()}}});
  const auto ended =
      home.run(weir::with_timeout(program_limit, ask_and_end(program, at.nats.url())));
  CHECK(ended.text() == "exited with 0");
}

TEST_SUITE_END();
