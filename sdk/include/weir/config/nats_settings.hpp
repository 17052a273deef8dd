// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "weir/clock.hpp"
#include "weir/config/secret.hpp"
#include "weir/config/settings_check.hpp"

namespace weir {

/// The section [nats.tls]: see nats::tls_options.
struct nats_tls_settings {
  bool required = false;
  bool handshake_first = false;
  std::string ca_file = {};
  std::string certificate_file = {};
  std::string key_file = {};
  std::string server_name = {};

  void check(const settings_check& found) const;
};

/// The section [nats]: where the servers are, and who the service says that it is.
struct nats_settings {
  /// Several with commas between them. Also NATS_URL.
  std::string url = "nats://127.0.0.1:4222";
  std::string user = {};
  /// From a file it is read again at each attempt to connect, as is the token.
  secret<std::string> password = {};
  secret<std::string> token = {};
  /// A file as `nsc` writes it.
  std::string creds_file = {};
  std::string nkey_seed_file = {};
  duration connect_timeout = std::chrono::seconds(2);
  /// "$JS.hub.API" for the domain "hub".
  std::string jetstream_api = "$JS.API";
  nats_tls_settings tls = {};

  /// At most one way to log in.
  void check(const settings_check& found) const;
};

}  // namespace weir
