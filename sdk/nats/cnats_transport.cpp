// SPDX-License-Identifier: Apache-2.0
#include "cnats_transport.hpp"

#include <limits>

#include "cnats_message.hpp"
#include "handshake.hpp"
#include "weir/poll.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

/// "PUB ", lengths and line ends around a message, about; for the count of unsent bytes.
constexpr std::size_t framing_bytes = 24;

}  // namespace

std::unique_ptr<transport> make_cnats_transport() {
  // Here and not on a helper thread, where the library's first use would leave behind what OpenSSL
  // keeps for each thread: helper threads end after OpenSSL has cleaned up.
  static const natsStatus opened = nats_Open(-1);
  if (opened == NATS_OK) return std::make_unique<cnats_transport>();
  throw error(errc::unavailable, disposition::permanent,
              std::string("the NATS client library cannot start: ") + natsStatus_GetText(opened));
}

cnats_transport::~cnats_transport() {
  for (const entry& one : entries_) natsSubscription_Destroy(one.native);
}

task<server_info> cnats_transport::connect(const server_address& server,
                                           const connection_options& options,
                                           transport_listener& listener) {
  server_ = server.shown();
  events_.emplace(listener);
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

task<server_info> cnats_transport::connect_now(const server_address& server,
                                               const connection_options& options) {
  server_line line(
      co_await tcp_stream::connect(server.name(), server.port_number(), {.nodelay = true}));
  server_info info = co_await shake_hands(line, server, options);
  connection_.emplace(co_await open_cnats(line.duplicate(), info, *events_));
  connection_->link().on_loop = true;
  co_return info;
}

task<> cnats_transport::run() {
  return with_scope([this](scope& children) { return move_bytes(children); });
}

task<> cnats_transport::move_bytes(scope& children) {
  children.spawn(write_for_ever());
  co_await read_for_ever();
}

task<> cnats_transport::read_for_ever() {
  const int descriptor = connection_->link().socket.get();
  for (;;) {
    co_await poll(descriptor, POLLIN);
    natsConnection_ProcessReadEvent(connection_->native());
    deliver();
    check_alive();
  }
}

task<> cnats_transport::write_for_ever() {
  cnats_link& link = connection_->link();
  if (link.has_unsent) link.wants_write.set();
  for (;;) {
    // The event puts this task behind all that are ready now, so that one write takes what they
    // publish as well.
    co_await link.wants_write.wait();
    link.wants_write.reset();
    while (link.has_unsent) {
      natsConnection_ProcessWriteEvent(connection_->native());
      check_alive();
      if (!link.has_unsent) break;
      unsent_ = static_cast<std::size_t>(natsConnection_Buffered(connection_->native()));
      co_await poll(link.socket.get(), POLLOUT);
    }
    unsent_ = 0;
  }
}

void cnats_transport::check_alive() const {
  if (!connection_->link().ended) return;
  const char* text = nullptr;
  const natsStatus status = natsConnection_GetLastError(connection_->native(), &text);
  const bool told = status != NATS_OK && text != nullptr && *text != '\0';
  throw error(errc::unavailable, disposition::retry,
              "the connection to nats-server at " + server_ +
                  " ended: " + (told ? text : "the server closed it"));
}

transport::subscription cnats_transport::subscribe(const subscription_request& wanted,
                                                   message_sink& sink) {
  WEIR_ASSERT(wanted.max_messages <= subscription_messages_max);
  entry made{.native = nullptr, .sink = &sink};
  natsConnection* const native = connection_->native();
  // A failure here means that the connection has ended, which run() is about to tell.
  const natsStatus status =
      wanted.queue_group.empty()
          ? natsConnection_SubscribeSync(&made.native, native, wanted.pattern.c_str())
          : natsConnection_QueueSubscribeSync(&made.native, native, wanted.pattern.c_str(),
                                              wanted.queue_group.c_str());
  if (status == NATS_OK) {
    natsSubscription_SetPendingLimits(made.native, -1, -1);  // The sink bounds what it keeps.
    if (wanted.max_messages > 0)
      natsSubscription_AutoUnsubscribe(made.native, static_cast<int>(wanted.max_messages));
  }
  std::size_t index = 0;
  while (index < entries_.size() && entries_[index].sink != nullptr) ++index;
  if (index == entries_.size()) entries_.emplace_back();
  entries_[index] = made;
  return index;
}

void cnats_transport::stop(subscription made) noexcept {
  // The library's own ways forget the subscription at once, and drop what is on its way, or start
  // a thread. This one keeps it: a count of more than nine digits is none to the server (parseSize
  // in its util.go), and an UNSUB without a count takes effect at once.
  natsSubscription_AutoUnsubscribe(entries_[made].native, std::numeric_limits<int>::max());
}

void cnats_transport::unsubscribe(subscription made) noexcept {
  natsSubscription_Destroy(entries_[made].native);
  entries_[made] = {};
}

void cnats_transport::deliver() noexcept {
  // By index: a sink may subscribe.
  for (std::size_t index = 0; index < entries_.size(); ++index) {
    if (entries_[index].native != nullptr) deliver(entries_[index]);
  }
}

void cnats_transport::deliver(const entry& from) noexcept {
  const entry source = from;
  std::uint64_t queued = 0;
  // NextMsg on an empty queue formats an error, so the count is asked for first.
  if (natsSubscription_QueuedMsgs(source.native, &queued) != NATS_OK) return;
  for (; queued > 0; --queued) {
    natsMsg* native = nullptr;
    const natsStatus status = natsSubscription_NextMsg(&native, source.native, 0);
    if (status == NATS_OK) {
      source.sink->on_message(adopt(native));
    } else if (status == NATS_NO_RESPONDERS) {
      source.sink->on_no_responders();
    } else {
      return;
    }
  }
}

bool cnats_transport::publish(const outgoing& out) noexcept {
  unsent_ += out.subject_size + out.payload.size() + framing_bytes +
             (out.headers == nullptr ? 0 : out.headers->wire_size());
  natsConnection* const native = connection_->native();
  const int size = static_cast<int>(out.payload.size());
  if (out.msg_id == nullptr && (out.headers == nullptr || out.headers->empty())) {
    const natsStatus status =
        out.reply == nullptr ? natsConnection_Publish(native, out.subject, out.payload.data(), size)
                             : natsConnection_PublishRequest(native, out.subject, out.reply,
                                                             out.payload.data(), size);
    return status == NATS_OK;
  }
  natsMsg* made = nullptr;
  natsStatus status = natsMsg_Create(&made, out.subject, out.reply, out.payload.data(), size);
  if (status == NATS_OK && out.msg_id != nullptr)
    status = natsMsgHeader_Set(made, "Nats-Msg-Id", out.msg_id);
  if (out.headers != nullptr) {
    for (const auto& item : *out.headers) {
      if (status == NATS_OK)
        status = natsMsgHeader_Add(made, item.first.c_str(), item.second.c_str());
    }
  }
  if (status == NATS_OK) status = natsConnection_PublishMsg(native, made);
  if (made != nullptr) retire(made);
  return status == NATS_OK;
}

}  // namespace weir::nats::detail
