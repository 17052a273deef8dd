// SPDX-License-Identifier: Apache-2.0
#include "bucket_names.hpp"

#include "quoted_text.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {

bool consists_of(std::string_view text, std::string_view also) {
  constexpr std::string_view letters_and_digits =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  for (const char c : text) {
    if (letters_and_digits.find(c) == letters_and_digits.npos && also.find(c) == also.npos)
      return false;
  }
  return !text.empty();
}

void refuse_name(std::string_view what, std::string_view text, std::string_view rule) {
  throw error(errc::invalid_argument, disposition::permanent,
              std::string(what) + " " + quoted_text(text) + " cannot be used: " +
                  std::string(rule) + "; encode what users name before it becomes one");
}

void check_bucket(std::string_view bucket) {
  if (!consists_of(bucket, "-_"))
    refuse_name("bucket", bucket, "it has letters, digits, - and _, and at least one of them");
}

stream<std::string> bucket_names(stream<std::string> streams, std::string prefix) {
  for (;;) {
    auto name = co_await streams.next().as_result();
    if (!name.has_value()) {
      if (name.error().disposition() == disposition::permanent) throw name.error();
      co_yield failed(name.error());
      continue;
    }
    if (!*name) co_return;
    if ((*name)->starts_with(prefix)) co_yield (*name)->substr(prefix.size());
  }
}

}  // namespace weir::nats::detail
