// SPDX-License-Identifier: Apache-2.0
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "quoted_text.hpp"
#include "tls_session.hpp"
#include "weir/blocking.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

[[noreturn]] void refuse_file(const char* what, const std::string& file) {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  const std::string cause = reason == nullptr ? "it is not what it should be" : reason;
  ERR_clear_error();
  throw error(errc::invalid_input, disposition::retry,
              std::string("the ") + what + " " + quoted_text(file) + " cannot be used: " + cause +
                  "; is it there, in PEM, readable for this user, and does the key belong to the "
                  "certificate?");
}

[[noreturn]] void refuse_encrypted_key(const std::string& file) {
  ERR_clear_error();
  throw error(
      errc::invalid_input, disposition::retry,
      "the client key " + quoted_text(file) +
          " cannot be used: it is encrypted, and there is nobody to ask for its passphrase; "
          "give a key that is not (openssl pkey -in encrypted.pem -out key.pem), readable "
          "for this user alone");
}

/// Called by OpenSSL for the passphrase of a file.
int note_encrypted(char*, int, int, void* is_encrypted) {
  if (is_encrypted != nullptr) *static_cast<bool*>(is_encrypted) = true;
  return -1;
}

void read_key(SSL_CTX* context, const std::string& file) {
  bool is_encrypted = false;
  SSL_CTX_set_default_passwd_cb_userdata(context, &is_encrypted);
  const int read = SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM);
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (is_encrypted) refuse_encrypted_key(file);
  if (read != 1) refuse_file("client key", file);
}

tls_context read_context(const tls_options& options) {
  ERR_clear_error();
  tls_context context(SSL_CTX_new(TLS_client_method()), ssl_deleter());
  if (context == nullptr) refuse_file("TLS library", "OpenSSL");
  // An encrypted key is refused: else OpenSSL would ask whoever sits at the terminal.
  SSL_CTX_set_default_passwd_cb(context.get(), note_encrypted);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Without renegotiation, writing never has to wait for reading.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (options.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_file(context.get(), options.ca_file.c_str()) != 1) {
    refuse_file("file of trusted authorities", options.ca_file);
  }
  if (options.certificate_file.empty()) return context;
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate_file.c_str()) != 1)
    refuse_file("client certificate", options.certificate_file);
  read_key(context.get(), options.key_file);
  return context;
}

}  // namespace

void ssl_deleter::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

void check(const tls_options& options) {
  if (options.certificate_file.empty() == options.key_file.empty()) return;
  throw error(errc::invalid_argument, disposition::permanent,
              "the TLS options of a NATS connection cannot be used: a client certificate needs its "
              "key, and a key its certificate; set both certificate_file and key_file");
}

bool wants_tls(const tls_options& options) noexcept {
  return options.required || options.handshake_first || !options.ca_file.empty() ||
         !options.certificate_file.empty() || !options.server_name.empty();
}

task<tls_context> make_tls_context(tls_options options) {
  co_return co_await blocking([options = std::move(options)] {
    // What OpenSSL keeps for this thread goes now: helper threads end after it has cleaned up.
    struct thread_end {
      ~thread_end() { OPENSSL_thread_stop(); }
    } const at_end;
    return read_context(options);
  });
}

}  // namespace weir::nats::detail
