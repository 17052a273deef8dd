// SPDX-License-Identifier: Apache-2.0
#include "tls_settings.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>

namespace weir::test {
namespace {

constexpr long one_day = 24 * 60 * 60;

using key_pointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_pointer = std::unique_ptr<X509, decltype(&X509_free)>;

/// A certificate that `key` signs for itself.
certificate_pointer certify(EVP_PKEY* key) {
  certificate_pointer made(X509_new(), X509_free);
  REQUIRE(made);
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -one_day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), one_day);
  X509_set_pubkey(made.get(), key);
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  REQUIRE(X509_sign(made.get(), key, EVP_sha256()) > 0);
  return made;
}

}  // namespace

tls_settings::tls_settings() {
  const key_pointer key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  REQUIRE(key);
  const certificate_pointer certificate = certify(key.get());
  REQUIRE(SSL_CTX_use_certificate(server.native_handle(), certificate.get()) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey(server.native_handle(), key.get()) == 1);
  client.set_verify_mode(asio::ssl::verify_peer);
  X509_STORE* trusted = SSL_CTX_get_cert_store(client.native_handle());
  REQUIRE(X509_STORE_add_cert(trusted, certificate.get()) == 1);
}

}  // namespace weir::test
