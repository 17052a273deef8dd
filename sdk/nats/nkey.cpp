// SPDX-License-Identifier: Apache-2.0
#include "nkey.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <optional>

#include "base64.hpp"
#include "weir/assert.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t checksum_bytes = 2;
constexpr std::size_t seed_characters = ((2 + key_bytes + checksum_bytes) * 8 + 4) / 5;
/// A seed begins with "S", whose five bits stand first, and then the letter of its role.
constexpr unsigned seed_letter = 18;

std::string base32_encoded(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 5; count -= 5) out += base32_digits[bits >> (count - 5) & 31];
  }
  if (count > 0) out += base32_digits[bits << (5 - count) & 31];
  return out;
}

std::optional<std::string> base32_decoded(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = base32_digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 5 | static_cast<std::uint32_t>(digit);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  return out;
}

/// CRC-16 with the polynomial 0x1021 and the start 0 ("XMODEM"), low byte first.
std::string checksum(std::string_view bytes) {
  constexpr unsigned polynomial = 0x1021;
  unsigned sum = 0;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8;
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 0x8000U) != 0 ? sum << 1 ^ polynomial : sum << 1;
    sum &= 0xffffU;
  }
  return {static_cast<char>(sum & 0xff), static_cast<char>(sum >> 8)};
}

std::string with_checksum(std::string bytes) {
  const std::string sum = checksum(bytes);
  return base32_encoded(bytes += sum);
}

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

[[noreturn]] void refuse(const char* problem) {
  throw error(errc::invalid_argument, disposition::permanent,
              std::string("the seed of an nkey cannot be used: ") + problem +
                  "; expected one line that begins with S and a letter for the role, as nk and nsc "
                  "write it");
}

}  // namespace

void nkey::key_deleter::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

nkey::nkey(std::string_view seed) {
  if (seed.size() != seed_characters) refuse("its length is not that of a seed");
  const std::optional<std::string> read = base32_decoded(seed);
  if (!read) refuse("it holds a character that base32 has not");
  const std::string_view bytes = *read;
  if (checksum(bytes.substr(0, 2 + key_bytes)) != bytes.substr(2 + key_bytes))
    refuse("its checksum is wrong, so it was copied wrongly");
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  if (first >> 3 != seed_letter) refuse("it is a public key or something else, not a seed");
  key_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, as_bytes(bytes.substr(2)),
                                          key_bytes));
  std::string open(key_bytes, '\0');
  std::size_t size = open.size();
  if (key_ == nullptr || EVP_PKEY_get_raw_public_key(
                             key_.get(), reinterpret_cast<unsigned char*>(open.data()), &size) != 1)
    refuse("OpenSSL makes no key of it");
  const unsigned role = (first & 7U) << 5 | second >> 3;
  public_key_ = with_checksum(static_cast<char>(role) + open);
}

std::string nkey::sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::array<unsigned char, signature_bytes> signature;
  std::size_t size = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, as_bytes(text), text.size()) != 1)
    refuse("OpenSSL does not sign with it");
  return base64url_encoded({reinterpret_cast<const char*>(signature.data()), size});
}

std::string nkey_seed(char role, std::string_view random_bytes) {
  WEIR_ASSERT(random_bytes.size() == key_bytes);
  const unsigned letter = static_cast<unsigned>(base32_digits.find(role)) << 3;
  std::string bytes;
  bytes += static_cast<char>(seed_letter << 3 | letter >> 5);
  bytes += static_cast<char>((letter & 31U) << 3);
  return with_checksum(bytes.append(random_bytes));
}

}  // namespace weir::nats::detail
