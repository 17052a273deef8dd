// SPDX-License-Identifier: Apache-2.0
#include "given_back.hpp"

#include <charconv>

#include "handled_ids.hpp"
#include "weir/observe/log.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

constexpr const char* bucket_name = "weir_given_back";
/// Longer than a message is tried for; then it is forgotten.
constexpr duration kept = std::chrono::days(7);
/// The worker that gives back has no more time: the service is about to end.
constexpr duration note_limit = std::chrono::milliseconds(500);
constexpr duration count_limit = std::chrono::seconds(2);

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

given_back::given_back(nats::jetstream over, std::string_view consumer)
    : over_(std::move(over)), consumer_(key_token(consumer)) {}

std::string given_back::key_of(std::uint64_t sequence) const {
  return consumer_ + '.' + std::to_string(sequence);
}

task<> given_back::note(std::uint64_t sequence, std::uint64_t deliveries) {
  if (has_failed_ || deliveries == 0) co_return;
  const auto noted =
      co_await shield(with_timeout(note_limit, add(key_of(sequence), deliveries))).as_result();
  if (noted || std::exchange(has_failed_, true)) co_return;
  log_warning(
      "messages that are given back may count as attempts: that they were not could not "
      "be noted in the bucket " +
      std::string(bucket_name) + ": " + noted.error().message());
}

task<> given_back::make_bucket() {
  const auto held = co_await opening_.lock();
  if (bucket_) co_return;
  nats::key_value_config wanted;
  wanted.bucket = bucket_name;
  wanted.ttl = kept;
  bucket_.emplace(co_await nats::key_value::ensure(over_, std::move(wanted)));
}

task<> given_back::add(std::string key, std::uint64_t deliveries) {
  if (!bucket_) co_await make_bucket();
  // A message is in one program's hand at a time, so nobody else adds meanwhile.
  const std::uint64_t before = co_await read(key);
  co_await bucket_->put(key, std::to_string(before + deliveries));
}

task<std::uint64_t> given_back::read(std::string key) {
  const auto known = co_await bucket_->get(key);
  co_return known ? number_in(known->value) : 0;
}

task<std::uint64_t> given_back::read_if_there(std::string key) {
  if (!bucket_) {
    const auto held = co_await opening_.lock();
    if (!bucket_) bucket_.emplace(co_await nats::key_value::open(over_, bucket_name));
  }
  co_return co_await read(std::move(key));
}

task<std::uint64_t> given_back::count(std::uint64_t sequence) {
  const auto known =
      co_await with_timeout(count_limit, read_if_there(key_of(sequence))).as_result();
  if (!known && known.error().is_cancelled()) throw known.error();
  co_return known ? *known : 0;
}

}  // namespace weir::detail
