// SPDX-License-Identifier: Apache-2.0
#include "connection_core.hpp"

#include "login.hpp"
#include "random_text.hpp"
#include "server_list.hpp"
#include "tls_session.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

/// A connection that is lost sooner counts as a failed attempt.
constexpr auto stable_after = std::chrono::seconds(1);
constexpr std::size_t requests_in_flight_max = 16;
constexpr std::size_t user_requests_in_flight_max = 1024;
/// The status line of a header block, and the empty line at its end.
constexpr std::size_t header_framing_bytes = 12;
constexpr std::size_t queued_acks_max = 65536;
/// 120 random bits, so that nobody else's inbox has the same name.
constexpr std::size_t inbox_digits = 24;
constexpr auto close_flush_limit = std::chrono::seconds(2);
/// So many hand-overs in a row are waited for by close().
constexpr int close_moves_max = 3;

}  // namespace

connection_core::connection_core(connection_options options, transport_factory make_transport)
    : options_(std::move(options)),
      make_transport_(std::move(make_transport)),
      pool_(parse_servers(options_.url), loop::current().random(), options_.reconnect_delay),
      requests_(*this, requests_in_flight_max),
      user_requests_(*this, user_requests_in_flight_max),
      pings_(*this),
      publisher_(*this, options_.publish_window) {
  static_cast<void>(subject(options_.jetstream_api));  // Throws where it is none.
  check(options_.credentials);
  check(options_.tls);
  background_.spawn(stay_connected());
}

connection_core::~connection_core() {
  WEIR_ASSERT(closed_);  // co_await close() first.
}

task<> connection_core::wait_connected() {
  if (closed_) throw not_connected("a wait for the connection");
  co_await up_.wait();
  if (closed_) throw not_connected("a wait for the connection");
}

task<> connection_core::close() {
  if (std::exchange(closing_, true)) {
    co_await shield(as_task(all_ended_.wait()));
    co_return;
  }
  // Acknowledgements that were given while it moves are sent when it has moved.
  for (int moves = 0; moves == 0 || (is_moving_ && moves < close_moves_max); ++moves) {
    if (is_moving_)
      static_cast<void>(co_await shield(with_timeout(move_limit, wait_connected())).as_result());
    // What cannot be flushed is lost like any unconfirmed message; closing goes on.
    if (is_connected()) static_cast<void>(co_await shield(ping(close_flush_limit)).as_result());
  }
  closed_ = true;
  last_failure_ = "it was closed";
  publisher_.close();
  subscribers_.for_each([](subscriber& listening) { listening.on_closed(); });
  co_await background_.close();  // With what they still had to end.
  events_.close();
  up_.set();  // Whoever waits for a connection learns that there will be none.
  all_ended_.set();
}

task<> connection_core::drain(duration limit) {
  const time_point end = saturating_add(loop::current().now(), limit);
  // The end of one drain must not be taken for that of another, which began later.
  const auto turn = co_await with_deadline(end, as_task(draining_.lock())).as_result();
  subscribers_.for_each([](subscriber& listening) { listening.on_drain(); });
  if (!turn.has_value()) throw error(turn.error());  // The other one's end is theirs.
  std::optional<error> failure;
  if (is_connected() || is_moving_) {
    const auto read = co_await ping(end - loop::current().now()).as_result();
    if (!read.has_value()) failure = read.error();
  }
  subscribers_.for_each([](subscriber& listening) { listening.on_drained(); });
  if (failure) throw *failure;
}

void connection_core::add(subscriber& listening) {
  subscribers_.push_back(listening);
  if (is_connected() && transport_ != nullptr) subscribe(listening);
}

void connection_core::remove(subscriber& listening) noexcept {
  listening.unlink();
  if (listening.subscription_ && transport_ != nullptr)
    transport_->unsubscribe(*listening.subscription_);
  listening.subscription_.reset();
}

void connection_core::stop(subscriber& listening) noexcept {
  if (listening.subscription_ && transport_ != nullptr) transport_->stop(*listening.subscription_);
}

void connection_core::subscribe(subscriber& listening) {
  const auto wanted = listening.request_on(fresh_address());
  if (wanted) listening.subscription_ = transport_->subscribe(*wanted, listening);
}

bool connection_core::send(const outgoing& out) noexcept {
  if (transport_ == nullptr || !is_connected() || !transport_->publish(out)) return false;
  ++counts_.messages_out;
  counts_.bytes_out += out.payload.size();
  return true;
}

bool connection_core::is_writable() const noexcept {
  return transport_ == nullptr || transport_->unsent_bytes() < options_.high_water_bytes;
}

task<> connection_core::wait_writable() {
  // In turn: who has just filled the room again stands behind whoever waits for it.
  const auto turn = co_await write_turn_.lock();
  while (!is_writable()) co_await next_write();
}

task<> connection_core::next_write() {
  written_.reset();
  co_await written_.wait();
}

task<> connection_core::wait_ready_to_send() {
  while (!is_ready_to_send()) {
    co_await wait_connected();
    co_await wait_writable();
  }
}

task<> connection_core::publish(outgoing out) {
  if (!is_ready_to_send()) co_await wait_ready_to_send();
  if (auto refused = size_problem(out)) throw error(std::move(*refused));
  if (!send(out)) throw not_connected("publish to " + std::string(out.subject));
}

void connection_core::send_ack(std::string_view reply, std::string_view payload,
                               time_point expires) {
  if (send({.subject = reply, .payload = payload})) return;
  if (queued_acks_.size() == queued_acks_max) queued_acks_.pop_front();  // It is redelivered.
  queued_acks_.push_back({std::string(reply), std::string(payload), expires});
}

void connection_core::send_queued_acks() {
  const time_point now = loop::current().now();
  for (const queued_ack& ack : std::exchange(queued_acks_, {})) {
    if (ack.expires < now) continue;
    send({.subject = ack.reply, .payload = ack.payload});
  }
}

std::optional<error> connection_core::size_problem(const outgoing& out) const {
  const bool has_headers = out.headers != nullptr && !out.headers->empty();
  const std::size_t header_bytes =
      has_headers ? out.headers->lines().size() + header_framing_bytes : 0;
  return size_problem(out.subject, out.payload.size() + header_bytes);
}

std::optional<error> connection_core::size_problem(std::string_view subject,
                                                   std::size_t size) const {
  if (!is_connected() || size <= server_.max_payload) return std::nullopt;
  return error(errc::limit_exceeded, disposition::permanent,
               "publish to " + std::string(subject) + ": " + std::to_string(size) +
                   " bytes of headers and payload, but the server takes at most " +
                   std::to_string(server_.max_payload) +
                   "; send less, or raise max_payload in the server's configuration");
}

std::optional<error> connection_core::feature_problem(const std::string& operation,
                                                      const server_feature* needed) const {
  if (needed == nullptr || !is_connected() || has_feature(server_.version, *needed))
    return std::nullopt;
  return missing_feature(operation, *needed, server_.version);
}

void connection_core::require_server(const server_feature& feature,
                                     const std::string& operation) const {
  if (!has_feature(server_.version, feature))
    throw missing_feature(operation, feature, server_.version);
}

error connection_core::not_connected(std::string_view operation) const {
  return {closed_ ? errc::closed : errc::unavailable, disposition::retry,
          std::string(operation) + " needs a connection to NATS (" + options_.name +
              "), and there is none: " + last_failure_};
}

task<> connection_core::stay_connected() {
  for (;;) {
    const server_address server = co_await next_server();
    const result<void> over = co_await serve(server).as_result();
    const bool was_connected = up_.is_set() || is_moving_;
    const error why = closed_ ? not_connected("what waits for an answer") : over.error();
    up_.reset();
    if (transport_ != nullptr) add_received(*transport_);
    transport_.reset();
    written_.set();
    if (was_connected || !closed_) ended(server, why, was_connected);
    if (closed_) successor_.reset();
    if (closed_) co_return;
  }
}

task<server_address> connection_core::next_server() {
  if (successor_) co_return successor_->server;
  const time_point now = loop::current().now();
  server_pool::choice next = pool_.next(now);
  if (next.at > now) co_await sleep(next.at - now);
  co_return std::move(next.server);
}

task<> connection_core::serve(const server_address& server) {
  if (successor_) {
    transport_ = std::move(successor_->over);
    server_ = std::move(successor_->info);
    successor_.reset();
  } else {
    transport_ = make_transport_();
    server_ = co_await transport_->connect(server, options_, *this);
  }
  began(server);
  if (transport_->is_lame_duck()) on_lame_duck();
  co_await with_scope([this, &server](scope& children) { return serve_in(children, server); });
}

task<> connection_core::serve_in(scope& children, const server_address& server) {
  children.spawn(probe());
  children.spawn(leave_lame_duck(server));
  co_await transport_->run();
}

task<> connection_core::probe() {
  for (;;) {
    co_await sleep(options_.probe_interval);
    const std::uint64_t heard = transport_->signs_of_life();
    const auto answered = co_await pings_.ask_present(options_.probe_timeout).as_result();
    if (answered.has_value()) {
      rtt_ = *answered;
      continue;
    }
    if (!answered.error().is(errc::deadline_exceeded)) throw answered.error();
    // The answer stands behind what is under way, and that comes.
    if (transport_->signs_of_life() != heard) continue;
    throw error(errc::unavailable, disposition::retry,
                "the server gave no sign of life for " +
                    std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                                       options_.probe_timeout)
                                       .count()) +
                    " ms: it or the network between stands still");
  }
}

void connection_core::began(const server_address& server) {
  is_moving_ = false;
  lame_duck_.reset();
  connected_to_ = server;
  rtt_ = transport_->first_rtt();
  pool_.learn(server_.cluster_servers, server);
  inbox_prefix_ = "_INBOX." + random_text(inbox_digits);
  subscribers_.for_each([this](subscriber& listening) { subscribe(listening); });
  connected_since_ = loop::current().now();
  ++connections_;
  up_.set();
  send_queued_acks();
  subscribers_.for_each([](subscriber& listening) { listening.on_connected(); });
  tell({connection_event::kind::connected, server.shown(), "", 0});
}

void connection_core::ended(const server_address& server, const error& why, bool was_connected) {
  using enum connection_event::kind;
  const bool was_stable = was_connected && loop::current().now() - connected_since_ >= stable_after;
  const bool moves = std::exchange(is_moving_, false);
  if (moves && !left_was_read_) ++unread_moves_;
  failed_attempts_ = was_stable || moves ? 0 : failed_attempts_ + 1;
  const time_point now = loop::current().now();
  if (failed_attempts_ == 0) {
    pool_.was_good(server, now);
  } else {
    pool_.failed(server, now, loop::current().random());
  }
  if (!closed_) last_failure_ = why.message();
  pings_.on_disconnected();
  subscribers_.for_each([&](subscriber& listening) {
    listening.subscription_.reset();
    if (was_connected) listening.on_disconnected(why);
  });
  if (moves && left_was_read_ && !closed_) return;  // The event of the other server tells.
  const bool may_be_lost = moves && !left_was_read_ && !closed_;
  tell({was_connected ? disconnected : connect_failed, server.shown(),
        why.message() + (may_be_lost ? "; it did not say in time what it had read" : ""),
        failed_attempts_});
}

void connection_core::on_not_permitted(const std::string& words) noexcept {
  const refusal refused = read_refusal(words);
  const error why = not_permitted(refused);
  subscribers_.for_each([&](subscriber& listening) { listening.on_not_permitted(refused); });
  tell({.what = connection_event::kind::not_permitted,
        .server = server_.name,
        .reason = why.message(),
        .subject = refused.subject});
}

void connection_core::add_received(const transport& over) noexcept {
  counts_.messages_in += over.received().messages;
  counts_.bytes_in += over.received().bytes;
}

connection_statistics connection_core::statistics() const noexcept {
  connection_statistics now = counts_;
  if (transport_ != nullptr) {
    now.messages_in += transport_->received().messages;
    now.bytes_in += transport_->received().bytes;
  }
  now.reconnects = connections_ == 0 ? 0 : connections_ - 1;
  return now;
}

void connection_core::tell(connection_event told) noexcept {
  if (options_.on_event) options_.on_event(told);
  events_.tell(told);
}

}  // namespace weir::nats::detail
