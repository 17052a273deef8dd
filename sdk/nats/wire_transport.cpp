// SPDX-License-Identifier: Apache-2.0
#include "wire_transport.hpp"

#include <cstring>

#include "handshake.hpp"
#include "header_block.hpp"
#include "protocol_writer.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

/// The memory of written messages is kept up to here.
constexpr std::size_t kept_bytes_max = std::size_t{1} << 20;
/// How many subscriptions a connection can have at the same time.
constexpr std::size_t subscriptions_max = std::size_t{1} << 20;

constexpr std::string_view no_responders = "503";

}  // namespace

std::unique_ptr<transport> make_wire_transport() { return std::make_unique<wire_transport>(); }

task<server_info> wire_transport::connect(const server_address& server,
                                          const connection_options& options,
                                          transport_listener& listener) {
  server_ = server.shown();
  listener_ = &listener;
  result<server_info> made =
      co_await with_timeout(options.connect_timeout, connect_now(server, options)).as_result();
  if (made.has_value()) co_return std::move(*made);
  if (made.error().is_cancelled()) throw made.error();
  const std::string why = made.error().is(errc::deadline_exceeded)
                              ? "no answer within its time; is it reachable, and is it alive?"
                              : made.error().message();
  throw error(errc::unavailable, disposition::retry,
              "connect to nats-server at " + server_ + ": " + why);
}

task<server_info> wire_transport::connect_now(const server_address& server,
                                              const connection_options& options) {
  const tcp_options wanted{.nodelay = true};
  link_ =
      make_plain_link(co_await tcp_stream::connect(server.name(), server.port_number(), wanted));
  introduction told = co_await shake_hands(link_, server, options);
  left_over_ = std::move(told.left_over);
  first_rtt_ = told.rtt;
  is_lame_duck_ = told.is_lame_duck;
  co_return std::move(told.server);
}

task<> wire_transport::run() {
  return with_scope([this](scope& children) { return move_bytes(children); });
}

task<> wire_transport::move_bytes(scope& children) {
  children.spawn(write_for_ever());
  co_await read_for_ever();
}

task<> wire_transport::read_for_ever() {
  for (std::string_view left = left_over_; !left.empty();) {
    const std::span<std::byte> space = parser_.space();
    const std::size_t size = std::min(space.size(), left.size());
    std::memcpy(space.data(), left.data(), size);
    take(size);
    left.remove_prefix(size);
  }
  for (;;) {
    const auto count = co_await link_->read_some(parser_.space()).as_result();
    if (!count.has_value() && count.error().is_cancelled()) throw count.error();
    if (!count.has_value()) fail(count.error().message());
    if (*count == 0) fail("the server closed it");
    take(*count);
  }
}

void wire_transport::take(std::size_t size) {
  ++signs_of_life_;
  try {
    parser_.take(size, *this);
  } catch (const error& broken) {
    fail(broken.message());
  }
}

task<> wire_transport::write_for_ever() {
  for (;;) {
    // The event puts this task behind all that are ready now, so that one write takes what they
    // publish as well.
    co_await has_unsent_.wait();
    has_unsent_.reset();
    writing_.swap(out_);
    const auto written = co_await link_->write_all(writing_).as_result();
    if (!written.has_value() && written.error().is_cancelled()) throw written.error();
    if (!written.has_value()) fail(written.error().message());
    writing_.clear();
    listener_->on_written();
    if (writing_.capacity() > kept_bytes_max) writing_ = std::string();
  }
}

void wire_transport::fail(const std::string& why) {
  ended_ = true;
  throw error(errc::unavailable, disposition::retry,
              "the connection to nats-server at " + server_ + " ended: " + why +
                  (last_words_.empty() ? "" : "; it had said: " + last_words_));
}

transport::subscription wire_transport::subscribe(const subscription_request& wanted,
                                                  message_sink& sink) {
  WEIR_ASSERT(wanted.max_messages <= subscription_messages_max);
  std::size_t index = 0;
  while (index < entries_.size() && entries_[index].sink != nullptr) ++index;
  if (index == entries_.size()) {
    WEIR_ASSERT(index < subscriptions_max);
    entries_.push_back({.sink = nullptr, .number = index});
  }
  entry& made = entries_[index];
  made.sink = &sink;
  made.number += subscriptions_max;
  append_subscription(out_, made.number, wanted.pattern, wanted.queue_group);
  if (wanted.max_messages > 0) append_end_of_subscription(out_, made.number, wanted.max_messages);
  has_unsent_.set();
  return index;
}

void wire_transport::stop(subscription made) noexcept {
  append_end_of_subscription(out_, entries_[made].number);
  has_unsent_.set();
}

void wire_transport::unsubscribe(subscription made) noexcept {
  stop(made);
  entries_[made].sink = nullptr;
}

bool wire_transport::publish(const outgoing& message) noexcept {
  if (ended_) return false;
  append_publication(out_, message);
  has_unsent_.set();
  return true;
}

bool wire_transport::ping() noexcept {
  if (ended_) return false;
  out_ += "PING\r\n";
  has_unsent_.set();
  return true;
}

void wire_transport::on_message(std::uint64_t number, const message_parts& parts) {
  const std::size_t index = number % subscriptions_max;
  if (index >= entries_.size()) return;
  const entry to = entries_[index];  // By value: a sink may subscribe.
  if (to.sink == nullptr || to.number != number) return;
  // A message of a stream has an address for its acknowledgement, whatever its headers say.
  if (parts.payload.empty() && parts.reply.empty() && status_of(parts.headers) == no_responders)
    return to.sink->on_no_responders(parts.subject);
  ++received_.messages;
  received_.bytes += parts.payload.size();
  to.sink->on_message_read(parts);
}

void wire_transport::on_ping() {
  out_ += "PONG\r\n";
  has_unsent_.set();
}

void wire_transport::on_info(std::string_view json) {
  const auto changed = parse_changed_info(json);
  if (!changed) return;
  if (!changed->cluster_servers.empty()) listener_->on_cluster_servers(changed->cluster_servers);
  if (changed->is_lame_duck) listener_->on_lame_duck();
}

void wire_transport::on_error(std::string_view words) {
  last_words_ = words;
  if (words.starts_with("Permissions Violation")) listener_->on_not_permitted(last_words_);
}

}  // namespace weir::nats::detail
