// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "private_server.hpp"

namespace weir::servers {

/// A private PostgreSQL cluster, reached over TCP and over a Unix socket in its sandbox, with the
/// database and the superuser `postgres` and a password of its own (other users of the machine
/// can reach the port, too). Settings are PostgreSQL's defaults where set() says nothing else,
/// fsync included: a test of crashes must not run on a server that forgets.
///
/// Started by root, the server runs as `postgres` or `nobody`: PostgreSQL refuses root.
class postgres_server final : public private_server {
 public:
  explicit postgres_server(const server_place& place = {});

  /// How to connect over TCP: `postgresql://postgres:<password>@127.0.0.1:<port>/postgres`, for
  /// DATABASE_URL and for libpq.
  std::string conninfo() const;

  /// The same over the Unix socket.
  std::string socket_conninfo() const;

  /// A setting of postgresql.conf for the next start, for measurements under load.
  void set(std::string name, std::string value);

 private:
  void prepare() override;
  std::vector<std::string> command() const override;
  bool is_ready() override;

  void create_cluster();
  bool has_cluster() const;
  std::string kept_password() const;
  std::filesystem::path data() const { return directory() / "data"; }

  std::filesystem::path programs_;
  std::string password_;
  std::vector<std::string> settings_;
};

}  // namespace weir::servers
