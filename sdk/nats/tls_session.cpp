// SPDX-License-Identifier: Apache-2.0
#include "tls_session.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "quoted_text.hpp"
#include "weir/assert.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

/// What one TLS record holds at most.
constexpr std::size_t record_bytes = 16U << 10;

bool is_address(const std::string& name) {
  in6_addr address;
  return inet_pton(AF_INET, name.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

/// Cause and remedy of a certificate that was not accepted.
std::string why_not_accepted(long verdict, const std::string& name) {
  switch (verdict) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "the server's certificate, or one that it rests on, has expired; renew it, or set "
             "this machine's clock right";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "the server's certificate is not valid yet; set this machine's clock right";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the server's certificate is not for " + quoted_text(name) +
             "; connect by a name that it is for, set tls.server_name to one, or have a "
             "certificate issued for this one";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "the server's certificate is signed by an authority that is not trusted here; set "
             "tls.ca_file to the authority's certificate, if it is the right server";
    default:
      return std::string("the server's certificate is not accepted: ") +
             X509_verify_cert_error_string(verdict);
  }
}

/// What an alert of the server, or a fault of the protocol, means.
std::string why_failed(unsigned long code) {
  switch (ERR_GET_REASON(code)) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
      return "the server did not accept the client's certificate, or wants one and got none; set "
             "tls.certificate_file and tls.key_file to a pair that it knows";
    case SSL_R_WRONG_VERSION_NUMBER:
      return "what answers does not speak TLS there; tls.handshake_first is only for servers that "
             "are configured with it";
    default:
      break;
  }
  const char* const reason = ERR_reason_error_string(code);
  return reason == nullptr ? "OpenSSL tells no reason" : reason;
}

}  // namespace

void ssl_deleter::operator()(ssl_st* session) const noexcept { SSL_free(session); }

tls_session::tls_session(tls_context context, const std::string& name)
    : context_(std::move(context)), session_(SSL_new(context_.get())), name_(name) {
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  WEIR_ASSERT(session_ != nullptr && in != nullptr && out != nullptr);  // Else out of memory.
  SSL_set_bio(session_.get(), in, out);
  SSL_set_connect_state(session_.get());
  X509_VERIFY_PARAM* const verify = SSL_get0_param(session_.get());
  const bool is_set =
      is_address(name)
          ? X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str()) == 1
          : !name.empty() && X509_VERIFY_PARAM_set1_host(verify, name.c_str(), name.size()) == 1 &&
                SSL_set_tlsext_host_name(session_.get(), name.c_str()) == 1;
  // Without a name any certificate would do.
  if (!is_set)
    throw error(
        errc::invalid_argument, disposition::permanent,
        "TLS handshake: " + quoted_text(name) + " is no name that a certificate can be for");
}

void tls_session::fail(const char* doing) const {
  const long verdict = SSL_get_verify_result(session_.get());
  const std::string why =
      verdict != X509_V_OK ? why_not_accepted(verdict, name_) : why_failed(ERR_peek_last_error());
  ERR_clear_error();
  throw error(errc::unavailable, disposition::retry, std::string(doing) + ": " + why);
}

void tls_session::feed(std::span<const std::byte> encrypted) {
  BIO_write(SSL_get_rbio(session_.get()), encrypted.data(), static_cast<int>(encrypted.size()));
}

bool tls_session::shake_hands() {
  ERR_clear_error();
  const int done = SSL_do_handshake(session_.get());
  if (done == 1) return true;
  if (SSL_get_error(session_.get(), done) != SSL_ERROR_WANT_READ) fail("TLS handshake");
  return false;
}

std::optional<std::size_t> tls_session::read_some(std::span<std::byte> into) {
  ERR_clear_error();
  const int wanted = static_cast<int>(std::min(into.size(), record_bytes));
  const int size = SSL_read(session_.get(), into.data(), wanted);
  if (size > 0) return static_cast<std::size_t>(size);
  const int why = SSL_get_error(session_.get(), size);
  if (why == SSL_ERROR_WANT_READ) return std::nullopt;
  if (why == SSL_ERROR_ZERO_RETURN) return 0;
  fail("read over TLS");
}

void tls_session::write(std::string_view plain) {
  ERR_clear_error();
  while (!plain.empty()) {
    const std::size_t part = std::min(plain.size(), record_bytes);
    const int written = SSL_write(session_.get(), plain.data(), static_cast<int>(part));
    if (written <= 0) fail("write over TLS");
    plain.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool tls_session::has_output() const { return BIO_ctrl_pending(SSL_get_wbio(session_.get())) > 0; }

std::string tls_session::take_output() {
  BIO* const out = SSL_get_wbio(session_.get());
  std::string bytes(BIO_ctrl_pending(out), '\0');
  if (!bytes.empty()) BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace weir::nats::detail
