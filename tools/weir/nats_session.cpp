// SPDX-License-Identifier: Apache-2.0
#include "nats_session.hpp"

#include <memory>

#include "service/server_options.hpp"
#include "weir/config/load_settings.hpp"
#include "weir/config/masked_url.hpp"
#include "weir/scope.hpp"
#include "weir/signals.hpp"
#include "weir/timeout.hpp"

namespace weir::tools {
namespace {

constexpr auto connect_limit = std::chrono::seconds(5);  // an operator waits for it

using signals = std::unique_ptr<signal_set>;

task<> watch(signals& caught, interruption& stop) {
  static_cast<void>(co_await caught->next());
  caught.reset();  // From here on a signal ends the process.
  stop.wanted.set();
}

task<> connected(nats::connection& link, const std::string& url, const std::string& last_failure) {
  const auto made = co_await with_timeout(connect_limit, link.wait_connected()).as_result();
  if (made.has_value()) co_return;
  if (!made.error().is(errc::deadline_exceeded)) throw made.error();
  const std::string reason = last_failure.empty() ? std::string("no answer") : last_failure;
  throw error(errc::unavailable, disposition::retry,
              "no NATS server takes a connection at " + masked_url(url) + ": " + reason +
                  ". Is it running? Name another one with --nats or NATS_URL");
}

task<int> run_connected(const nats_settings& servers, signals& caught,
                        const connection_body& body) {
  std::string last_failure;
  nats::connection_options options = detail::to_nats(servers, "weir");
  options.on_event = [&last_failure](const nats::connection_event& event) {
    if (!event.reason.empty()) last_failure = event.reason;
  };
  nats::connection link(std::move(options));
  interruption stop;
  scope watching;
  if (caught) watching.spawn(watch(caught, stop));
  std::exception_ptr failure;
  int code = 0;
  try {
    co_await connected(link, servers.url, last_failure);
    code = co_await body(link, stop);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await watching.close();
  co_await link.close();
  if (failure) std::rethrow_exception(failure);
  co_return code;
}

}  // namespace

nats_settings nats_servers(const std::string& given) {
  nats_settings found = settings_of_environment().nats;
  if (!given.empty()) found.url = given;
  return found;
}

int run_nats_connection(const nats_settings& servers, on_signal how, const connection_body& body) {
  // Before the loop, whose helper threads shall not take them either.
  signals caught;
  if (how == on_signal::stop) {
    caught = std::make_unique<signal_set>(std::initializer_list<int>{SIGINT, SIGTERM});
  }
  loop home;
  return home.run(run_connected(servers, caught, body));
}

int run_nats_session(const nats_settings& servers, on_signal how, const session_body& body) {
  return run_nats_connection(servers, how, [&body](nats::connection& link, interruption& stop) {
    return body(nats::jetstream(link), stop);
  });
}

}  // namespace weir::tools
