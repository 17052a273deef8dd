// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>

#include "fixture.hpp"
#include "weir/tcp.hpp"

namespace weir::test {

/// A NATS server that does what a test says, for what a real one does not do when it is asked to:
/// it speaks the protocol of clients, one connection at a time, delivers what is published to whom
/// has subscribed, and leaves JetStream to the test. Belongs to the loop it is made on.
class scripted_server {
 public:
  struct published {
    std::string subject;
    std::string reply;
    std::string headers;  ///< with the status line and the empty line; empty without headers
    std::string payload;
  };

  /// `version` is what it says of itself.
  explicit scripted_server(std::string version)
      : listener_(tcp_listener::bind("127.0.0.1", 0)), version_(std::move(version)) {}

  std::string url() const { return "nats://" + listener_.address().text(); }
  /// Serves clients, one after another, until it is cancelled.
  task<> serve();

  /// Called for every message from the client.
  std::function<void(const published&)> on_publish;

  /// A message to whoever listens at `to`; it need not be what the message says as its subject.
  void deliver(const std::string& to, const std::string& subject, const std::string& reply,
               const std::string& headers, const std::string& payload);
  /// An answer: a message to `to` under this very subject.
  void answer(const std::string& to, const std::string& payload) {
    deliver(to, to, "", "", payload);
  }
  /// A status, as JetStream and the server itself give them: "409 Leadership Change".
  void status(const std::string& to, const std::string& text, const std::string& more = "") {
    deliver(to, to, "", "NATS/1.0 " + text + "\r\n" + more + "\r\n", "");
  }
  /// Any words of the protocol.
  void say(std::string_view text);
  /// Keeps the PONGs that it owes from now on, until give_pong(); the first PING of a connection,
  /// by which it is made, is answered in any case.
  void hold_pongs() { holds_pongs_ = true; }
  /// How many it owes.
  int owed_pongs() const { return owed_pongs_; }
  void give_pong();
  /// What every connection is told between its CONNECT and the first PONG.
  std::string before_first_pong;
  /// Ends the present connection.
  void hang_up() { hung_up_.set(); }

 private:
  task<> serve_one(tcp_stream& client);
  task<> read(tcp_stream& client);
  task<> write(tcp_stream& client);
  task<> wait_hang_up();
  std::size_t take(std::string_view input);
  std::size_t take_message(std::string_view line, std::size_t head, std::string_view input);
  void take_ping();

  tcp_listener listener_;
  std::string version_;
  std::map<std::string, std::string> patterns_;  // by subscription
  bool has_introduced_ = false;
  bool holds_pongs_ = false;
  int owed_pongs_ = 0;
  std::string output_;
  manual_reset_event has_output_;
  manual_reset_event hung_up_;
};

namespace detail {

template <class Body>
task<> run_scripted(scripted_server& server, nats::connection& link, Body& body) {
  scope serving;
  serving.spawn(server.serve());
  const auto done = co_await with_timeout(hang_limit, body(link, server)).as_result();
  co_await link.close();
  co_await serving.close();
  done.value();
}

}  // namespace detail

/// Runs `body(connection, server)` on a loop of its own, then closes.
template <class Body>
void with_scripted_server(const std::string& version, Body body) {
  loop home;
  scripted_server server(version);
  nats::connection_options options;
  options.url = server.url();
  nats::connection link(options);
  home.run(detail::run_scripted(server, link, body));
}

}  // namespace weir::test
