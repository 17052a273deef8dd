// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "letters.hpp"
#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/service/service.hpp"

namespace weir::test {

/// A dead letter: which letter of the stream it was, and why.
struct dead_letter {
  std::string body;
  std::string cause;
  std::string attempts;
  std::string sequence;
};

/// What a service left behind.
struct aftermath {
  std::vector<std::int64_t> stored;    ///< Ids in the table `letters`, sorted.
  std::vector<std::int64_t> answered;  ///< Ids of the replies in the stream, sorted.
  std::vector<dead_letter> dead;       ///< In the order of the stream.
};

/// Private servers with a table `letters (id bigint primary key check (id >= 0), attempt bigint)`.
class post_office {
 public:
  post_office();

  /// Publishes the bodies, runs the service until each is acknowledged or ended, drains it, and
  /// looks at what is left. The service's first handler must be that of the letters.
  aftermath deliver(const service& to, const std::vector<std::string>& bodies);

 private:
  task<aftermath> run(const service& to, const std::vector<std::string>& bodies);

  servers::nats_server nats_;
  servers::postgres_server postgres_;
  environment settings_;
};

/// The body of a letter.
std::string letter(std::int64_t id, std::string wish);

}  // namespace weir::test
