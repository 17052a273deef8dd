// SPDX-License-Identifier: Apache-2.0
#include "soak.hpp"

#include "traffic.hpp"
#include "weir/blocking.hpp"

namespace weir::soak {
namespace {

task<> soak_over(nats::connection& link, servers::nats_server& server, cut_proxy& proxy,
                 const soak_options& options, const fault_options& faults, soak_result& result) {
  traffic flow(link, result.of, options.on_progress);
  co_await flow.make();
  co_await with_scope([&](scope& beside) -> task<> {
    beside.spawn(do_faults(server, proxy, faults));
    co_await flow.run();
  });
}

}  // namespace

task<soak_result> run_soak(soak_options options) {
  servers::nats_server server(soaked_server());
  co_await blocking([&server] { server.start(); });
  cut_proxy proxy(server.port());
  soak_result result(options.messages);
  result.server_version = server.version();
  const fault_options faults{
      .every = options.fault_every, .seed = options.seed, .on_fault = [&result](fault what) {
        ++result.faults[static_cast<std::size_t>(what)];
      }};
  const time_point start = loop::current().now();
  co_await with_scope([&](scope& around) -> task<> {
    around.spawn(proxy.serve());
    nats::connection_options where;
    where.url = proxy.url();
    nats::connection link(where);
    const auto done = co_await soak_over(link, server, proxy, options, faults, result).as_result();
    result.reconnects = link.statistics().reconnects;
    co_await link.close();
    done.value();
  });
  result.seconds = std::chrono::duration<double>(loop::current().now() - start).count();
  co_return result;
}

}  // namespace weir::soak
