// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"
#include "seed.hpp"
#include "weir/nats/model.hpp"
#include "weir/sim.hpp"

namespace weir::test {

/// How many orders of events a case is tried in on a simulation.
inline constexpr std::uint64_t orders_tried = 8;
/// A message to or from a simulated server is under way for so long at most. Not zero: where time
/// stood still, a loop that asks the server until something is so would never end.
inline constexpr auto simulated_latency = 500us;

/// Runs `body(connection)` with a model of a server, on the loop that is made already.
template <class Body>
task<> run_with_model(nats::model_options options, Body& body) {
  nats::model_server server(options);
  nats::connection link(server);
  co_await weir::test::detail::run_body(link, body(link));
}

/// Runs `body(connection)` against each server there is, which is what keeps the model from being
/// anything else than nats-server: a private nats-server, the model in real time, and the model on
/// simulations, where time passes at once and a seed decides about the order of events.
template <class Body>
void on_every_server(Body body) {
  SUBCASE("nats-server") {
    live_server server;
    with_connection(server.options(), body);
  }
  SUBCASE("model") {
    loop home;
    home.run(run_with_model({}, body));
  }
  SUBCASE("model, simulated") {
    for (std::uint64_t first = seed(), run = 0; run < orders_tried; ++run) {
      CAPTURE(first + run);
      simulate({.seed = first + run}, [&] {
        return run_with_model({.seed = first + run, .latency = simulated_latency}, body);
      });
    }
  }
}

}  // namespace weir::test
