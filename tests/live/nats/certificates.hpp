// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace weir::test {

/// A certificate and its key, in files.
struct certificate_files {
  std::string certificate;
  std::string key;
};

/// Encrypts the key in a file.
void encrypt_key(const std::string& file, const std::string& passphrase);

/// An authority that lives as long as the test, and signs what the test wants.
class authority {
 public:
  /// Its files come into `directory`.
  authority(std::filesystem::path directory, const std::string& name);

  const std::string& certificate_file() const noexcept { return files_.certificate; }
  /// A certificate for `names` ("IP:127.0.0.1", "DNS:nats.example"), valid from a day ago until
  /// `valid_for_seconds` from now, which may be negative.
  certificate_files issue(const std::string& name, const std::string& names,
                          long valid_for_seconds = 3600) const;

 private:
  struct deleter {
    void operator()(evp_pkey_st* key) const noexcept;
    void operator()(x509_st* certificate) const noexcept;
  };
  std::filesystem::path directory_;
  std::unique_ptr<evp_pkey_st, deleter> key_;
  std::unique_ptr<x509_st, deleter> certificate_;
  certificate_files files_;
};

}  // namespace weir::test
