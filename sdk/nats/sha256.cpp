// SPDX-License-Identifier: Apache-2.0
#include "sha256.hpp"

#include <openssl/evp.h>

#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::size_t hash_bytes = 32;

void check(bool succeeded) {
  if (succeeded) return;
  throw error(errc::unsupported, disposition::permanent,
              "OpenSSL cannot compute SHA-256: look at its configuration (openssl.cnf, FIPS mode)");
}

}  // namespace

void sha256::context_deleter::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

sha256::sha256() : context_(EVP_MD_CTX_new()) {
  check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void sha256::add(std::string_view bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string sha256::finish() {
  std::string hash(hash_bytes, '\0');
  check(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(hash.data()),
                           nullptr) == 1);
  return hash;
}

}  // namespace weir::nats::detail
