// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "event_feed.hpp"
#include "inbox.hpp"
#include "ping_line.hpp"
#include "publisher.hpp"
#include "question_inbox.hpp"
#include "server_pool.hpp"
#include "weir/mutex.hpp"
#include "weir/nats/connection.hpp"
#include "weir/scope.hpp"

namespace weir::nats::detail {

/// The life of a connection: connects, keeps the inboxes subscribed, notices the end, again.
class connection_core final : private transport_listener {
 public:
  connection_core(connection_options options, transport_factory make_transport);
  ~connection_core();

  bool is_connected() const noexcept { return up_.is_set() && !closed_; }
  bool is_closed() const noexcept { return closed_; }
  /// Not connected for a moment, until another connection that stands already has taken over.
  bool is_moving() const noexcept { return is_moving_; }
  /// How many servers were left that did not say whether they had read all that was sent to them.
  std::uint64_t unread_moves() const noexcept { return unread_moves_; }
  task<> wait_connected();
  task<> close();

  /// Takes a subscriber into every connection from the present one on; it is not called at once.
  void add(subscriber& listening);
  void remove(subscriber& listening) noexcept;
  /// Asks the server to send no more to it; what is on its way still comes.
  void stop(subscriber& listening) noexcept;

  /// Queues a message; false when there is no connection.
  bool send(const outgoing& out) noexcept;
  /// The same where there is a connection and room for it, after waiting for them. Throws
  /// `limit_exceeded` for a size that the server does not take, and when all is closed. What `out`
  /// points to must live until it is done.
  task<> publish(outgoing out);
  /// Suspends until the server has read all that was sent before; gives how long it took to answer.
  /// Throws `unavailable` when the connection is lost meanwhile, or `deadline_exceeded`.
  task<duration> ping(duration limit) { return pings_.ask(limit); }
  task<> drain(duration limit);
  /// Queues a PING; false when there is no transport.
  bool send_ping() noexcept { return transport_ != nullptr && transport_->ping(); }
  /// False while too many bytes wait to be sent.
  bool is_writable() const noexcept;
  /// Suspends until it is true; first come, first served.
  task<> wait_writable();
  bool is_ready_to_send() const noexcept { return is_connected() && is_writable(); }
  task<> wait_ready_to_send();

  /// Acknowledges: sends now, or when there is a connection again, unless that is after `expires`,
  /// when the server has given up on it anyway.
  void send_ack(std::string_view reply, std::string_view payload, time_point expires);

  /// `limit_exceeded` when the server takes no message of this size; nothing without a server.
  std::optional<error> size_problem(const outgoing& out) const;
  std::optional<error> size_problem(std::string_view subject, std::size_t size) const;
  /// `unsupported` when the server is too old for what an operation needs; nothing without a
  /// server, or when nothing is needed (null).
  std::optional<error> feature_problem(const std::string& operation,
                                       const server_feature* needed) const;
  /// What the present server, or the last one, said about itself.
  const server_info& server() const noexcept { return server_; }
  /// Throws `unsupported` (permanent) where the server is too old for what `operation` needs; to be
  /// asked while there is a connection.
  void require_server(const server_feature& feature, const std::string& operation) const;
  /// The error of an operation that needs a connection now.
  error not_connected(std::string_view operation) const;
  /// How long after its time an answer is not taken for lost yet: a second, or two round trips.
  duration patience() const noexcept { return std::max<duration>(patience_min, 2 * rtt_); }
  /// Where JetStream takes this operation: "STREAM.INFO.ORDERS".
  std::string api_subject(std::string_view operation) const {
    return options_.jetstream_api + '.' + std::string(operation);
  }
  /// A subject that nobody else has, below the present connection's inbox.
  std::string fresh_address() { return inbox_prefix_ + "." + std::to_string(++address_count_); }
  const std::string& last_failure() const noexcept { return last_failure_; }

  question_inbox& requests() noexcept { return requests_; }
  question_inbox& user_requests() noexcept { return user_requests_; }
  detail::publisher& publisher() noexcept { return publisher_; }
  scope& background() noexcept { return background_; }
  event_feed& events() noexcept { return events_; }
  connection_statistics statistics() const noexcept;

 private:
  static constexpr auto patience_min = std::chrono::seconds(1);
  /// How long a server that is left may take to read what was sent to it, each of the two times
  /// that it is asked.
  static constexpr auto left_answer_limit = std::chrono::seconds(1);
  /// So a hand-over takes no longer than this, and a moment.
  static constexpr auto move_limit = 2 * left_answer_limit + std::chrono::seconds(1);

  struct queued_ack {
    std::string reply;
    std::string payload;
    time_point expires;
  };

  /// A connection that stands and waits to take over.
  struct successor {
    std::unique_ptr<transport> over;
    server_info info;
    server_address server;
  };

  task<> stay_connected();
  /// Suspends until it is time to try it.
  task<server_address> next_server();
  task<> serve(const server_address& server);
  task<> serve_in(scope& children, const server_address& server);
  /// Suspends until bytes have been handed to the kernel, or the connection has ended.
  task<> next_write();
  /// Connects to another server once this one says that it is about to end, then leaves it.
  task<> leave_lame_duck(server_address from);
  /// Suspends until the server that is left has read all that was sent to it and has sent all that
  /// it had by then, or was silent for too long.
  task<> wait_read();
  task<> probe();
  void subscribe(subscriber& listening);
  void began(const server_address& server);
  void ended(const server_address& server, const error& why, bool was_connected);
  void send_queued_acks();
  void add_received(const transport& over) noexcept;
  void tell(connection_event told) noexcept;
  void on_lame_duck() noexcept override;
  void on_not_permitted(const std::string& words) noexcept override;
  void on_pong() noexcept override { pings_.on_pong(); }
  void on_written() noexcept override { written_.set(); }
  void on_cluster_servers(const std::vector<std::string>& known) noexcept override;

  connection_options options_;
  transport_factory make_transport_;
  server_pool pool_;
  server_address connected_to_;
  std::optional<successor> successor_;
  manual_reset_event lame_duck_;
  bool is_moving_ = false;
  // The server that is left has read all, and all that it had sent is here.
  bool left_was_read_ = false;
  std::uint64_t unread_moves_ = 0;
  mutex draining_;  // Held by the drain() that is under way.
  scope background_;
  event_feed events_;
  connection_statistics counts_;  // Without what came in over the present transport.
  std::unique_ptr<transport> transport_;
  server_info server_;
  duration rtt_{};  // as last measured
  manual_reset_event up_;
  mutex write_turn_;
  manual_reset_event written_;  // Bytes have left, or nobody is there to take them.
  weir::detail::intrusive_list<subscriber> subscribers_;
  std::string inbox_prefix_;
  std::uint64_t address_count_ = 0;
  std::deque<queued_ack> queued_acks_;
  std::string last_failure_ = "none was made yet";
  unsigned failed_attempts_ = 0;
  std::uint64_t connections_ = 0;
  time_point connected_since_;
  bool closing_ = false;
  bool closed_ = false;
  manual_reset_event all_ended_;  // Nothing of it runs any more.

  question_inbox requests_;
  question_inbox user_requests_;
  ping_line pings_;
  detail::publisher publisher_;
};

}  // namespace weir::nats::detail
