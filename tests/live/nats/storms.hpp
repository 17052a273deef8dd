// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends.hpp"
#include "weir/sleep.hpp"

namespace weir::test {

/// A storm is faults of a model at random moments, while something is done with it. In virtual
/// time, so that one which never ends is noticed at once.
inline constexpr auto storm_limit = 1h;

/// A random span below `longest`, from the loop's seed.
inline duration up_to(duration longest) {
  const auto span = static_cast<std::uint64_t>(longest.count());
  return duration(static_cast<std::int64_t>(loop::current().random() % span));
}

inline task<> pause_for(nats::model_server& server, duration span) {
  server.pause();
  co_await sleep(span);
  server.resume();
}

inline task<> stop_for(nats::model_server& server, duration span) {
  server.stop();
  co_await sleep(span);
  server.start();
}

/// Runs `weather(connection, server)` on a model of its own, within storm_limit.
template <class Weather>
task<> run_storm(std::uint64_t seed, Weather weather) {
  nats::model_server server({.seed = seed, .latency = 5ms});
  nats::connection link(server);
  const auto done = co_await with_timeout(storm_limit, weather(link, server)).as_result();
  co_await link.close();
  done.value();
}

/// Runs `weather(connection, server)` in so many orders of events.
template <class Weather>
void in_storms(std::uint64_t count, Weather weather) {
  for (std::uint64_t first = seed(), run = 0; run < count; ++run) {
    CAPTURE(first + run);
    simulate({.seed = first + run}, [&] { return run_storm(first + run, weather); });
  }
}

}  // namespace weir::test
