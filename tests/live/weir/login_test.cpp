// SPDX-License-Identifier: Apache-2.0
// `weir` at a server that asks who it is.
#include <filesystem>
#include <fstream>

#include "command.hpp"

TEST_SUITE_BEGIN("weir.login");

using namespace weir;
using namespace weir::test;

namespace {

/// A server that lets only `clerk` in, whose password is "s3cret".
class guarded_server {
 public:
  guarded_server() { server_.start(); }

  /// Writes a file beside the server's own; gives its path.
  std::string write(const std::string& name, const std::string& text) {
    const auto file = server_.directory() / name;
    std::ofstream(file) << text;
    return file.string();
  }
  std::string url() const { return server_.url(); }
  /// Runs `weir stream list` with these settings of its environment.
  ending list(const std::string& settings, const std::string& arguments = {}) const {
    return run_line("NATS_URL=" + url() + " " + settings + " " + WEIR_COMMAND + " stream list " +
                    arguments);
  }

 private:
  servers::nats_server server_{
      {.configuration = "authorization { users: [ { user: clerk, password: s3cret } ] }\n"}};
};

}  // namespace

TEST_CASE("a command logs in as its environment says, from values and from files") {
  guarded_server at;
  const std::string file = at.write("password", "s3cret\n");
  for (const std::string& settings :
       {std::string("WEIR_NATS__PASSWORD=s3cret"), "WEIR_NATS__PASSWORD_FILE=" + file}) {
    CAPTURE(settings);
    const ending listed = at.list("WEIR_NATS__USER=clerk " + settings);
    CHECK(listed.code == 0);
    CHECK(contains(listed.output, "no streams"));
  }
}

TEST_CASE("who logs in is the same at the servers of --nats, unless their URL says it") {
  const guarded_server at;
  const std::string elsewhere = "WEIR_NATS__URL=nats://127.0.0.1:1 WEIR_NATS__USER=";
  const ending same = at.list(elsewhere + "clerk WEIR_NATS__PASSWORD=s3cret", "--nats " + at.url());
  CHECK(same.code == 0);
  const std::string own = "nats://clerk:s3cret@" + at.url().substr(std::string("nats://").size());
  const ending told = at.list(elsewhere + "ann WEIR_NATS__PASSWORD=wrong", "--nats " + own);
  CHECK(told.code == 0);
}

TEST_CASE("a login that is refused, or that cannot be, is told without its secret") {
  const guarded_server at;
  const ending refused = at.list("WEIR_NATS__USER=clerk WEIR_NATS__PASSWORD=wr0ng");
  CHECK(refused.code == 3);
  CHECK(contains(refused.output, "Authorization Violation"));
  CHECK_FALSE(contains(refused.output, "wr0ng"));
  const ending twice = at.list("WEIR_NATS__USER=clerk WEIR_NATS__TOKEN=wr0ng");
  CHECK(twice.code == 2);
  CHECK(contains(twice.output, "leave it out: nats.user says already who logs in"));
  CHECK_FALSE(contains(twice.output, "wr0ng"));
}

TEST_SUITE_END();
