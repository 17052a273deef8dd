// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir::nats {

/// How a connection is encrypted. The server's certificate and its host name are always verified.
///
/// A connection is encrypted where the URL says `tls://`, where anything is set in here, and where
/// the server asks for it; in the first two cases it is never made without. TLS 1.2 or newer. Files
/// are in PEM, and are read at each attempt to connect, so that renewed ones are taken up.
struct tls_options {
  /// Never to connect without.
  bool required = false;
  /// The TLS handshake comes before the server's INFO line. For servers that are configured with
  /// `handshake_first` (nats-server 2.10.4 and newer); others fail then.
  bool handshake_first = false;
  /// The authorities that are trusted; empty: those of the system.
  std::string ca_file = {};
  /// The client's certificate (with what stands between it and its authority) and its key, for
  /// servers that verify their clients. Both or neither; the key not encrypted.
  std::string certificate_file = {};
  std::string key_file = {};
  /// The name that the server's certificate must be for; empty: the host of the URL. That of a
  /// server which the cluster told of must be for the name of the one that told.
  std::string server_name = {};
};

}  // namespace weir::nats
