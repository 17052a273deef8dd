// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "letters.hpp"
#include "servers/nats_server.hpp"
#include "servers/postgres_server.hpp"
#include "weir/loop.hpp"
#include "weir/nats/connection.hpp"
#include "weir/nats/jetstream.hpp"
#include "weir/postgres/pool.hpp"
#include "weir/scope.hpp"
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
  std::vector<std::int64_t> in_order;  ///< The same in the order of the stream.
  std::vector<dead_letter> dead;       ///< In the order of the stream.
  std::int64_t remembered = 0;         ///< Messages in the inbox.
  std::int64_t unsent = 0;             ///< Events in the outbox.
};

/// A letter on its way; without an id it gets one of its own.
struct sent_letter {
  std::string body;
  std::string id = {};
  nats::headers headers = {};
};

/// What happens before the service starts, when the letters are in their stream.
using preparation = std::function<task<>(nats::jetstream&, postgres::pool&)>;

/// What a story has to do with while a service runs.
struct office_floor {
  nats::connection& link;
  nats::jetstream& jetstream;
  postgres::pool& database;
  servers::nats_server& nats;
  servers::postgres_server& postgres;
  const service_settings& settings;
};

using office_story = std::function<task<>(office_floor)>;

/// A service that runs beside a story; the only one, at its end, that listens to SIGTERM.
class shift {
 public:
  shift(const service& one, const office_floor& on);
  /// Asks it to end, and waits until it has drained.
  task<> end();
  /// Waits until it ends by itself; throws what it throws.
  task<> ended() { co_await running_.join(); }
  bool has_ended() const noexcept { return running_.size() == 0; }
  /// Cancels it where it stands, if it runs.
  task<> close() { co_await running_.close(); }

 private:
  scope running_;
};

/// Private servers with a table `letters (id bigint primary key check (id >= 0), attempt bigint)`.
class post_office {
 public:
  post_office();

  /// Publishes the bodies, runs the service until each is acknowledged or ended, drains it, and
  /// looks at what is left. The service's first handler must be that of the letters.
  aftermath deliver(const service& to, const std::vector<std::string>& bodies);
  /// The same for letters with ids; the stream takes equal ids for duplicates within a tenth of a
  /// second alone, and the letters are published further apart.
  aftermath deliver(const service& to, const std::vector<sent_letter>& letters,
                    const preparation& before = {});

  /// Runs the service beside the story, which begins with an empty stream of letters and the table,
  /// and drains it when that has ended.
  void play(const service& beside, const office_story& story,
            std::unique_ptr<driver> with = nullptr);
  /// The same without a service: the story runs what it wants.
  void tell(const office_story& story, std::unique_ptr<driver> with = nullptr);

  /// Where a service finds the servers.
  const service_settings& settings() const noexcept { return settings_; }

 private:
  task<> run_story(const office_story& story);
  task<aftermath> run(const service& to, const std::vector<sent_letter>& letters,
                      const preparation& before);

  servers::nats_server nats_;
  servers::postgres_server postgres_;
  service_settings settings_;
};

/// The body of a letter.
std::string letter(std::int64_t id, std::string wish);

}  // namespace weir::test
