// SPDX-License-Identifier: Apache-2.0
#include "cnats_link.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "cnats_gate.hpp"
#include "weir/blocking.hpp"
#include "weir/scope.hpp"

namespace weir::nats::detail {
namespace {

/// One read takes at most this much: larger means fewer turns of the loop under load.
constexpr int read_buffer_bytes = 256 * 1024;

struct options_deleter {
  void operator()(natsOptions* options) const noexcept { natsOptions_Destroy(options); }
};
using options_ptr = std::unique_ptr<natsOptions, options_deleter>;

natsStatus on_attach(void** user_data, void* loop, natsConnection*, natsSock socket) noexcept {
  auto& link = *static_cast<cnats_link*>(loop);
  *user_data = &link;
  link.library_socket = socket;
  // From here on the library is on the server's socket and not on the gate's.
  return dup3(link.socket.get(), socket, O_CLOEXEC) < 0 ? NATS_SYS_ERROR : NATS_OK;
}

natsStatus on_read(void*, bool) noexcept { return NATS_OK; }

natsStatus on_write(void* user_data, bool add) noexcept {
  auto& link = *static_cast<cnats_link*>(user_data);
  link.has_unsent = add;
  if (add && link.on_loop) link.wants_write.set();
  return NATS_OK;
}

natsStatus on_detach(void* user_data) noexcept {
  auto& link = *static_cast<cnats_link*>(user_data);
  link.ended = true;
#if NATS_VERSION_NUMBER >= 0x030902
  natsConnection_ProcessCloseEvent(&link.library_socket);
#endif
  return NATS_OK;
}

options_ptr make_options(const cnats_gate& gate, cnats_link& link, const cnats_events& events) {
  natsOptions* made = nullptr;
  natsStatus status = natsOptions_Create(&made);
  options_ptr options(made);
  const std::string url = "nats://127.0.0.1:" + std::to_string(gate.port());
  const auto then = [&](natsStatus next) {
    if (status == NATS_OK) status = next;
  };
  then(natsOptions_SetURL(made, url.c_str()));
  then(natsOptions_SetToken(made, gate.secret().c_str()));
  then(natsOptions_SetEventLoop(made, &link, on_attach, on_read, on_write, on_detach));
  then(natsOptions_SetSendAsap(made, true));   // no flusher thread
  then(natsOptions_SetPingInterval(made, 0));  // no timer: the connection has its own probe
  then(natsOptions_SetAllowReconnect(made, false));
  then(natsOptions_SetIOBufSize(made, read_buffer_bytes));
  then(events.register_with(made));
  if (status == NATS_OK) return options;
  throw error(
      errc::invalid_argument, disposition::permanent,
      std::string("the NATS client library refused its options: ") + natsStatus_GetText(status));
}

cnats_connection connect_to_gate(natsOptions* options, std::shared_ptr<cnats_link> link) {
  natsConnection* native = nullptr;
  const natsStatus status = natsConnection_Connect(&native, options);
  if (status == NATS_OK) return {native, std::move(link)};
  natsStatus last = status;
  const char* detail = nats_GetLastError(&last);
  throw error(errc::unavailable, disposition::retry,
              std::string("the NATS client library did not take a connection: ") +
                  natsStatus_GetText(status) +
                  (detail == nullptr || *detail == '\0' ? "" : std::string(" (") + detail + ")"));
}

task<cnats_connection> open_through(scope& children, cnats_gate& gate, const server_info& server,
                                    std::shared_ptr<cnats_link> link, const cnats_events& events) {
  children.spawn(gate.serve(server));
  auto options = std::make_shared<options_ptr>(make_options(gate, *link, events));
  // The thread owns what it uses: it may still run when nobody waits for it any more.
  co_return co_await blocking([options, link] { return connect_to_gate(options->get(), link); });
}

}  // namespace

cnats_connection::~cnats_connection() {
  if (native_ == nullptr) return;
  link_->on_loop = false;
  weir::detail::blocking_pool::instance().submit([native = native_, link = std::move(link_)] {
    natsConnection_Close(native);
#if NATS_VERSION_NUMBER >= 0x030b00
    natsConnection_ProcessDetachedEvent(native);
#endif
    natsConnection_Destroy(native);
  });
}

task<cnats_connection> open_cnats(file_descriptor socket, server_info server,
                                  const cnats_events& events) {
  cnats_gate gate;
  auto link = std::make_shared<cnats_link>();
  link->socket = std::move(socket);
  co_return co_await with_scope(
      [&](scope& children) { return open_through(children, gate, server, link, events); });
}

}  // namespace weir::nats::detail
