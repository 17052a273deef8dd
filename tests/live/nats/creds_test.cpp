// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <filesystem>
#include <fstream>

#include "operator_mode.hpp"
#include "orders.hpp"
#include "told.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using kind = nats::connection_event::kind;

std::int64_t seconds_from_now(std::int64_t count) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count() + count;
}

/// A creds file beside the server, which is written as a whole, as nsc does.
struct creds_file {
  explicit creds_file(live_server& beside) : path(beside->directory() / "user.creds") {}
  void write(const std::string& text) const {
    std::ofstream(path.string() + ".new") << text;
    std::filesystem::rename(path.string() + ".new", path);
  }
  nats::connection_options options(live_server& server, told& heard) const {
    nats::connection_options wanted = heard.listen(server.options());
    wanted.credentials = {.creds_file = path.string()};
    return wanted;
  }

  std::filesystem::path path;
};

task<> use_jetstream(nats::connection& link) {
  orders in(link);
  nats::consumer worker = co_await in.worker(3);
  nats::fetched got = co_await worker.fetch(3);
  REQUIRE(got.messages.size() == 3);
  for (auto& one : got.messages) co_await one.ack_sync();
  CHECK(link.server().auth_required);
}

task<> be_limited(nats::connection& link) {
  co_await link.wait_connected();
  const auto refused =
      co_await error_of(nats::jetstream(link).publish(nats::subject("secret.plan"), "x"));
  REQUIRE(refused.has_value());
  CHECK(contains(refused->message(), "does not permit this user to publish to \"secret.plan\""));
}

task<> be_expired(nats::connection& link, told& heard, const creds_file& file, std::string valid) {
  const nats::connection_event refused = co_await heard.next(kind::connect_failed);
  CAPTURE(refused.reason);
  CHECK(contains(refused.reason, file.path.string()));
  CHECK(contains(refused.reason, "its JWT expired at 2001-09-09T01:46:40Z"));
  CHECK_FALSE(contains(refused.reason, "SU"));  // nor any seed
  // The file is read at each attempt: what nsc renews is taken up.
  file.write(valid);
  co_await link.wait_connected();
  co_await link.flush();
}

task<> expire_while_connected(nats::connection& link, told& heard, const creds_file& file,
                              std::string valid) {
  co_await link.wait_connected();
  const nats::connection_event ended = co_await heard.next(kind::disconnected);
  CAPTURE(ended.reason);
  CHECK(contains(ended.reason, "User Authentication Expired"));
  file.write(valid);
  co_await heard.next(kind::connected, heard.all.size());
  co_await link.flush();
}

std::string with_crlf(const std::string& text) {
  std::string made;
  for (const char c : text) made += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return made;
}

task<> be_let_in(nats::connection& link) {
  co_await link.wait_connected();
  co_await link.flush();
  CHECK(link.server().auth_required);
}

task<> be_kept_out(nats::connection&, told& heard, std::string words) {
  const nats::connection_event refused = co_await heard.next(kind::connect_failed);
  CAPTURE(refused.reason);
  CHECK(contains(refused.reason, words));
  CHECK_FALSE(contains(refused.reason, "SU"));  // nor any seed
}

}  // namespace

TEST_SUITE("nats.creds") {
  TEST_CASE("a creds file lets its user in, with what its account may use") {
    const operator_mode trusted;
    live_server server(trusted.server_options());
    const creds_file file(server);
    file.write(trusted.creds());
    told heard;
    with_connection(file.options(server, heard), use_jetstream);
  }
  TEST_CASE("the permissions of a user's JWT hold") {
    const operator_mode trusted;
    live_server server(trusted.server_options());
    const creds_file file(server);
    file.write(trusted.creds({}, R"("pub":{"deny":["secret.>"]})"));
    told heard;
    with_connection(file.options(server, heard), be_limited);
  }
  TEST_CASE("an expired JWT is refused, the reason says since when, and a new one is taken up") {
    const operator_mode trusted;
    live_server server(trusted.server_options());
    const creds_file file(server);
    file.write(trusted.creds(1'000'000'000));
    told heard;
    with_connection(file.options(server, heard), [&](auto& link) {
      return be_expired(link, heard, file, trusted.creds(seconds_from_now(3600)));
    });
  }
  TEST_CASE("a JWT that expires under a connection ends it, and a new one is taken up") {
    const operator_mode trusted;
    live_server server(trusted.server_options());
    const creds_file file(server);
    file.write(trusted.creds(seconds_from_now(2)));
    told heard;
    with_connection(file.options(server, heard), [&](auto& link) {
      return expire_while_connected(link, heard, file, trusted.creds());
    });
  }
  TEST_CASE("a creds file may come from other systems, be without a last line end, and say more") {
    const operator_mode trusted;
    live_server server(trusted.server_options());
    const creds_file file(server);
    const std::string text = trusted.creds();
    const std::string no_last_end = text.substr(0, text.size() - 1);
    const std::string before = "# made by hand\n-- of the billing service ---\n\n";
    for (const std::string& form :
         {with_crlf(text), no_last_end, with_crlf(no_last_end), before + text,
          with_crlf(before + text), text + "\n\nanything behind it\n"}) {
      CAPTURE(form);
      file.write(form);
      told heard;
      with_connection(file.options(server, heard), be_let_in);
    }
  }
  TEST_CASE("a creds file that is cut off is refused, and the reason names the missing section") {
    const operator_mode trusted;
    live_server server(trusted.server_options());
    const creds_file file(server);
    const std::string text = trusted.creds();
    for (const std::string_view last : {"------END USER", "-----BEGIN USER"}) {
      file.write(text.substr(0, text.find(last)));
      told heard;
      with_connection(file.options(server, heard), [&](auto& link) {
        return be_kept_out(link, heard, "has no section USER NKEY SEED");
      });
    }
  }
}
