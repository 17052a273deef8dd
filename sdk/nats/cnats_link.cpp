// SPDX-License-Identifier: Apache-2.0
#include "cnats_link.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "weir/detail/blocking_pool.hpp"
#include "weir/error.hpp"

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
  link.descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0);
  return link.descriptor < 0 ? NATS_SYS_ERROR : NATS_OK;
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

options_ptr make_options(const server_address& server, const std::string& client_name,
                         duration limit, cnats_link& link) {
  natsOptions* made = nullptr;
  natsStatus status = natsOptions_Create(&made);
  options_ptr options(made);
  const std::string url = "nats://" + server.shown();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  const auto then = [&](natsStatus next) {
    if (status == NATS_OK) status = next;
  };
  then(natsOptions_SetURL(made, url.c_str()));
  if (!server.user.empty() && server.password.empty()) {
    then(natsOptions_SetToken(made, server.user.c_str()));
  } else if (!server.user.empty()) {
    then(natsOptions_SetUserInfo(made, server.user.c_str(), server.password.c_str()));
  }
  then(natsOptions_SetName(made, client_name.c_str()));
  then(natsOptions_SetTimeout(made, milliseconds));
  then(natsOptions_SetEventLoop(made, &link, on_attach, on_read, on_write, on_detach));
  then(natsOptions_SetSendAsap(made, true));   // no flusher thread
  then(natsOptions_SetPingInterval(made, 0));  // no timer: the connection has its own probe
  then(natsOptions_SetAllowReconnect(made, false));
  then(natsOptions_SetIgnoreDiscoveredServers(made, true));
  then(natsOptions_SetIOBufSize(made, read_buffer_bytes));
  if (status == NATS_OK) return options;
  throw error(errc::invalid_argument, disposition::permanent,
              "the options of a connection to " + server.shown() +
                  " were refused: " + natsStatus_GetText(status));
}

}  // namespace

cnats_link::~cnats_link() {
  if (descriptor >= 0) ::close(descriptor);
}

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

cnats_connection open_cnats(const server_address& server, const std::string& client_name,
                            duration limit) {
  auto link = std::make_shared<cnats_link>();
  const options_ptr options = make_options(server, client_name, limit, *link);
  natsConnection* native = nullptr;
  const natsStatus status = natsConnection_Connect(&native, options.get());
  if (status == NATS_OK) return {native, std::move(link)};
  natsStatus last = status;
  const char* detail = nats_GetLastError(&last);
  throw error(errc::unavailable, disposition::retry,
              "connect to nats-server at " + server.shown() + ": " + natsStatus_GetText(status) +
                  (detail == nullptr || *detail == '\0' ? "" : std::string(" (") + detail + ")") +
                  "; is it running there, and do user and password fit?");
}

}  // namespace weir::nats::detail
