// SPDX-License-Identifier: Apache-2.0
#include "connection_core.hpp"
#include "weir/sleep.hpp"

namespace weir::nats::detail {
namespace {

/// All other servers refused: they are asked again after so long, while the old one lives.
constexpr auto retry_interval = std::chrono::milliseconds(250);

}  // namespace

task<> connection_core::leave_lame_duck(server_address from) {
  co_await lame_duck_.wait();
  while (!successor_) {
    const std::vector<server_address> others = pool_.others(from);
    if (others.empty()) co_return;  // It is waited for like any server that is down.
    for (const server_address& other : others) {
      std::unique_ptr<transport> over = make_transport_();
      result<server_info> made = co_await over->connect(other, options_, *this).as_result();
      if (!made.has_value() && made.error().is_cancelled()) throw made.error();
      if (!made.has_value() || made->id == server_.id || over->is_lame_duck()) continue;
      successor_.emplace(successor{std::move(over), std::move(*made), other});
      break;
    }
    if (!successor_) co_await sleep(retry_interval);
  }
  // From here until the other connection has taken over nothing is sent: publishers wait, and
  // acknowledgements are kept. What is on its way is taken in first.
  is_moving_ = true;
  up_.reset();
  co_await wait_read();
  subscribers_.for_each([this](subscriber& listening) { stop(listening); });
  co_await wait_read();
  throw error(errc::unavailable, disposition::retry,
              "the connection moved to another server, because its own is about to end");
}

task<> connection_core::wait_read() {
  left_was_read_ = false;  // Also where the connection ends meanwhile.
  const auto answered = co_await pings_.ask_present(left_answer_limit).as_result();
  if (!answered.has_value() && answered.error().is_cancelled()) throw answered.error();
  left_was_read_ = answered.has_value();
}

void connection_core::on_lame_duck() noexcept {
  if (lame_duck_.is_set()) return;
  lame_duck_.set();
  tell({.what = connection_event::kind::lame_duck,
        .server = server_.name,
        .reason = "the server is about to end, and takes no new connections"});
}

void connection_core::on_cluster_servers(const std::vector<std::string>& known) noexcept {
  pool_.learn(known, connected_to_);
}

}  // namespace weir::nats::detail
