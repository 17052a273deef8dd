// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace weir::nats::detail {

/// A pair of keys (Ed25519) in the form that NATS writes them, base32 with a letter for what they
/// are of: "U" of a user, "A" of an account, "O" of an operator.
class nkey {
 public:
  /// Reads a seed, "SU...". Throws `invalid_argument`, whose text does not show it.
  explicit nkey(std::string_view seed);

  const std::string& public_key() const noexcept { return public_key_; }
  /// The signature of a text, in base64 for URLs without padding.
  std::string sign(std::string_view text) const;

 private:
  struct key_deleter {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  std::unique_ptr<evp_pkey_st, key_deleter> key_;
  std::string public_key_;
};

/// A seed made of 32 random bytes; `role` is the letter: 'U', 'A', 'O'.
std::string nkey_seed(char role, std::string_view random_bytes);

}  // namespace weir::nats::detail
