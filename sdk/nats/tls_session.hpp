// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "weir/nats/tls_options.hpp"
#include "weir/task.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace weir::nats::detail {

struct ssl_deleter {
  void operator()(ssl_ctx_st* context) const noexcept;
  void operator()(ssl_st* session) const noexcept;
};
using tls_context = std::shared_ptr<ssl_ctx_st>;

/// Throws `invalid_argument` where the options contradict each other.
void check(const tls_options& options);

/// True where the options ask for encryption.
bool wants_tls(const tls_options& options) noexcept;

/// Reads the files of the options, on a helper thread. Throws `invalid_input` (retry: they may be
/// about to be replaced) with the file's name.
task<tls_context> make_tls_context(tls_options options);

/// One side of a TLS connection, between bytes in memory: it never touches a socket, so it never
/// waits for one.
class tls_session {
 public:
  /// A client's; the server's certificate must be for `name`, a host's name or address.
  tls_session(tls_context context, const std::string& name);

  /// What came from the server.
  void feed(std::span<const std::byte> encrypted);
  /// Goes on with the handshake as far as what was fed allows; true when it is over. Throws
  /// `unavailable` with the cause where the certificate is not accepted.
  bool shake_hands();
  /// Decrypts what was fed, as much as `into` takes; gives how many bytes, 0 once the server has
  /// ended the stream, nothing where more has to be fed first.
  std::optional<std::size_t> read_some(std::span<std::byte> into);
  /// Encrypts; after the handshake.
  void write(std::string_view plain);
  /// True where there is something to be sent to the server.
  bool has_output() const;
  /// What is to be sent to the server now.
  std::string take_output();

 private:
  [[noreturn]] void fail(const char* doing) const;

  tls_context context_;
  std::unique_ptr<ssl_st, ssl_deleter> session_;
  std::string name_;
};

}  // namespace weir::nats::detail
