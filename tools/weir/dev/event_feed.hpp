// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "console.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/scope.hpp"

namespace weir::dev {

/// How many subjects of streams are listened to at most.
inline constexpr std::size_t subjects_max = 1000;

/// Shows what is published on the subjects of all streams, those that are made later included, as
/// it passes: heard, not read from the streams, so nothing is acknowledged and no consumer is made.
/// Not what is JetStream's own, subjects that begin with '$', and no answers.
///
/// A subscription to all subjects would be simpler, and would answer for those that have none: who
/// asks a service that is not there would wait in vain in place of being told.
class event_feed {
 public:
  event_feed(nats::connection& over, console& out) : over_(over), js_(over), out_(out) {}

  /// Goes on until it is cancelled or the connection is closed.
  task<> run();

 private:
  task<> follow_streams(scope& listening);
  task<> look_at_streams(scope& listening);
  task<> show(std::string subject);
  void tell(const error& gap);

  nats::connection& over_;
  nats::jetstream js_;
  console& out_;
  std::map<std::string, nats::subscription> heard_;
};

}  // namespace weir::dev
