// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace weir::nats::detail {

/// The SHA-256 of bytes that come piece by piece.
class sha256 {
 public:
  sha256();

  void add(std::string_view bytes);
  /// The 32 bytes of the hash; once, at the end.
  std::string finish();

 private:
  struct context_deleter {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, context_deleter> context_;
};

}  // namespace weir::nats::detail
