// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asio/ssl/context.hpp>

namespace weir::test {

/// The two sides' settings for TLS: a key and a certificate made for this run, for "localhost",
/// which the client trusts.
struct tls_settings {
  tls_settings();

  asio::ssl::context server{asio::ssl::context::tls_server};
  asio::ssl::context client{asio::ssl::context::tls_client};
};

}  // namespace weir::test
