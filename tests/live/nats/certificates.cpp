// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace weir::test {
namespace {

constexpr long a_day = 86400;

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("OpenSSL did not ") + what);
}

void name_it(X509* certificate, const std::string& name) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const made = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(made != nullptr, "make an extension");
  X509_add_ext(certificate, made, -1);
  X509_EXTENSION_free(made);
}

X509* begin(EVP_PKEY* key, long serial, const std::string& name, long valid_for_seconds) {
  X509* const made = X509_new();
  require(made != nullptr, "make a certificate");
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
  X509_gmtime_adj(X509_getm_notBefore(made), -a_day);
  X509_gmtime_adj(X509_getm_notAfter(made), valid_for_seconds);
  X509_set_pubkey(made, key);
  name_it(made, name);
  return made;
}

certificate_files write(const std::filesystem::path& directory, const std::string& name,
                        X509* certificate, EVP_PKEY* key) {
  const certificate_files files{.certificate = (directory / (name + ".pem")).string(),
                                .key = (directory / (name + ".key")).string()};
  std::FILE* const to = std::fopen(files.certificate.c_str(), "w");
  require(to != nullptr && PEM_write_X509(to, certificate) == 1, "write a certificate");
  std::fclose(to);
  std::FILE* const secret = std::fopen(files.key.c_str(), "w");
  require(secret != nullptr &&
              PEM_write_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "write a key");
  std::fclose(secret);
  return files;
}

}  // namespace

void encrypt_key(const std::string& file, const std::string& passphrase) {
  std::FILE* const from = std::fopen(file.c_str(), "r");
  require(from != nullptr, "open a key");
  EVP_PKEY* const key = PEM_read_PrivateKey(from, nullptr, nullptr, nullptr);
  std::fclose(from);
  std::FILE* const to = std::fopen(file.c_str(), "w");
  const auto* const secret = reinterpret_cast<const unsigned char*>(passphrase.data());
  require(key != nullptr && to != nullptr &&
              PEM_write_PrivateKey(to, key, EVP_aes_256_cbc(), secret,
                                   static_cast<int>(passphrase.size()), nullptr, nullptr) == 1,
          "encrypt a key");
  std::fclose(to);
  EVP_PKEY_free(key);
}

void authority::deleter::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }
void authority::deleter::operator()(x509_st* certificate) const noexcept { X509_free(certificate); }

authority::authority(std::filesystem::path directory, const std::string& name)
    : directory_(std::move(directory)), key_(EVP_EC_gen("P-256")) {
  require(key_ != nullptr, "make a key");
  certificate_.reset(begin(key_.get(), 1, name, a_day));
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  extend(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
  require(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) != 0, "sign");
  files_ = write(directory_, name, certificate_.get(), key_.get());
}

certificate_files authority::issue(const std::string& name, const std::string& names,
                                   long valid_for_seconds) const {
  const std::unique_ptr<evp_pkey_st, deleter> key(EVP_EC_gen("P-256"));
  require(key != nullptr, "make a key");
  const std::unique_ptr<x509_st, deleter> made(begin(key.get(), 2, name, valid_for_seconds));
  X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
  extend(made.get(), certificate_.get(), NID_subject_alt_name, names);
  extend(made.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
  require(X509_sign(made.get(), key_.get(), EVP_sha256()) != 0, "sign");
  return write(directory_, name, made.get(), key.get());
}

}  // namespace weir::test
