// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "weir/clock.hpp"

namespace weir::nats {
namespace detail::model {
class server;
}

/// What a model of a server is made from.
struct model_options {
  /// From which everything random comes: which member of a queue group gets a message, how long a
  /// message is under way, what a lost connection takes with it. None: a number of the loop's.
  std::optional<std::uint64_t> seed = std::nullopt;
  /// How many bytes of headers and payload a message may have.
  std::size_t max_payload = std::size_t{1} << 20;
  /// How long a message is under way at most, in either direction.
  duration latency = duration::zero();
};

/// What a model finds on its disk when it starts again.
enum class model_store : unsigned char { kept, empty };

/// A nats-server in this process, for tests and simulations: no socket, no process, and the time of
/// the loop, which on a simulation passes at once.
///
/// It behaves as nats-server 2.9.10 does, and one suite of tests is run against both. Connections
/// made with it (`connection(model_server&, options)`) differ in nothing from others. Belongs to
/// the loop that it is made on, and must outlive its connections.
///
///     weir::loop home;
///     weir::nats::model_server server;
///     weir::nats::connection link(server);
///     home.run(use(link));   // closes the link at its end
class model_server {
 public:
  explicit model_server(model_options options = {});
  ~model_server();
  model_server(const model_server&) = delete;
  model_server& operator=(const model_server&) = delete;

  /// Ends every connection, as when the network breaks: of what is under way, some arrives.
  void disconnect_all();
  /// New connections are refused until told otherwise; those that stand are left alone.
  void refuse_connections(bool refuse = true);
  /// Stands still, as a server does that is stopped by SIGSTOP: it accepts what clients send, and
  /// neither reads nor answers it until resume().
  void pause();
  void resume();

  /// Ends, as a server does that is killed: connections end and are refused until start().
  void stop();
  /// Starts again after stop(). What is in files is kept, or not: then the disk is a new one.
  /// Streams in memory, and pulls that waited, are gone in any case.
  void start(model_store store = model_store::kept);

  /// All consumers get another leader: the pulls that wait end with 409 Leadership Change.
  void change_leader();
  /// The next `count` acknowledgements of deliveries get lost on the way to the server.
  void lose_acks(std::size_t count);
  /// The next `count` confirmations of publications get lost; their messages are stored.
  void lose_confirmations(std::size_t count);
  /// Deletes a consumer as somebody else would; nothing where there is none of that name.
  void delete_consumer(const std::string& stream, const std::string& consumer);

  /// For weir's own classes.
  detail::model::server& core() noexcept { return *core_; }

 private:
  std::unique_ptr<detail::model::server> core_;
};

}  // namespace weir::nats
