// SPDX-License-Identifier: Apache-2.0
#include "handled_ids.hpp"

#include <cctype>

#include "weir/assert.hpp"

namespace weir::detail {

std::string key_token(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string token;
  token.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((std::isalnum(byte) != 0 && byte < 0x80) || c == '-' || c == '_') {
      token += c;
    } else {
      token += '=';
      token += digits[byte / 16];
      token += digits[byte % 16];
    }
  }
  return token;
}

handled_ids::handled_ids(deduplication how, std::string consumer)
    : how_(std::move(how)), consumer_(std::move(consumer)) {
  if (how_.bucket.empty()) in_memory_.emplace(deduplication::ids_max, how_.kept);
}

task<> handled_ids::open(const nats::jetstream& over) {
  if (how_.bucket.empty()) co_return;
  auto found = co_await nats::key_value::open(over, how_.bucket).as_result();
  if (!found && !found.error().is(errc::not_found)) throw found.error();
  if (found) {
    in_bucket_.emplace(std::move(*found));
    co_return;
  }
  nats::key_value_config wanted;
  wanted.bucket = how_.bucket;
  wanted.ttl = how_.kept;
  in_bucket_.emplace(co_await nats::key_value::ensure(over, std::move(wanted)));
}

std::string handled_ids::key_of(std::string_view id) const {
  return key_token(consumer_) + '.' + key_token(id);
}

task<bool> handled_ids::contains(const std::string& id) const {
  if (in_memory_) co_return in_memory_->contains(id);
  WEIR_ASSERT(in_bucket_.has_value());
  const auto found = co_await in_bucket_->get(key_of(id));
  co_return found.has_value();
}

task<> handled_ids::add(const std::string& id) {
  if (in_memory_) {
    in_memory_->add(id);
    co_return;
  }
  co_await in_bucket_->put(key_of(id), {});
}

}  // namespace weir::detail
