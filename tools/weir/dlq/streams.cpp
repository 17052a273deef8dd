// SPDX-License-Identifier: Apache-2.0
#include "streams.hpp"

#include <algorithm>

#include "letter.hpp"

namespace weir::dlq {
namespace {

/// In an account with more streams than this an operator names the one.
constexpr std::size_t streams_looked_at_max = 10'000;

/// How weir calls a stream that it makes for "dlq.orders", and what is in streams of other uses.
constexpr std::string_view own_prefix = "DLQ_";
constexpr std::string_view bucket_prefixes[] = {"KV_", "OBJ_"};

bool is_bucket(std::string_view name) {
  return std::ranges::any_of(bucket_prefixes,
                             [name](std::string_view prefix) { return name.starts_with(prefix); });
}

task<bool> ends_with_letter(nats::jetstream on, std::string name) {
  const auto last = co_await on.last_message(name, ">").as_result();
  if (last.has_value()) co_return read_letter(letter_place(), last->headers).has_value();
  if (last.error().disposition() == disposition::retry) throw last.error();
  co_return false;  // Deleted meanwhile, or not to be read by this user.
}

task<bool> has_letters(nats::jetstream on, const nats::stream_info& candidate) {
  if (candidate.name.starts_with(own_prefix)) co_return true;
  if (candidate.messages == 0 || is_bucket(candidate.name)) co_return false;
  co_return co_await ends_with_letter(on, candidate.name);
}

std::string names_of(const std::vector<letter_stream>& streams) {
  std::string names;
  for (const auto& one : streams) names += (names.empty() ? "" : ", ") + one.name;
  return names;
}

}  // namespace

task<std::vector<letter_stream>> find_streams(nats::jetstream on) {
  std::vector<letter_stream> found;
  auto all = on.streams();
  for (std::size_t looked_at = 0; looked_at < streams_looked_at_max; ++looked_at) {
    const auto candidate = co_await all.next();
    if (!candidate) break;
    const bool is_wanted = co_await has_letters(on, *candidate);
    if (is_wanted) found.push_back({candidate->name, candidate->last_sequence});
  }
  std::ranges::sort(found, {}, &letter_stream::name);
  co_return found;
}

task<letter_stream> named_stream(nats::jetstream on, std::string name) {
  const auto info = co_await on.stream_info(name).as_result();
  if (info.has_value()) co_return letter_stream{info->name, info->last_sequence};
  if (!info.error().is(errc::not_found)) throw info.error();
  throw error(errc::not_found, disposition::permanent,
              "there is no stream " + name +
                  "; 'weir dlq list' without --stream shows those with dead letters");
}

task<std::vector<letter_stream>> wanted_streams(nats::jetstream on, std::string name) {
  if (name.empty()) co_return co_await find_streams(on);
  std::vector<letter_stream> one;
  one.push_back(co_await named_stream(on, std::move(name)));
  co_return one;
}

task<letter_stream> choose_stream(nats::jetstream on, std::string name) {
  if (!name.empty()) co_return co_await named_stream(on, std::move(name));
  const auto found = co_await find_streams(on);
  if (found.empty()) {
    throw error(errc::not_found, disposition::permanent,
                "no stream with dead letters is here: none is called DLQ_..., and none ends with a "
                "dead letter. Is this the right server? Else name the stream with --stream");
  }
  if (found.size() > 1) {
    throw error(errc::invalid_argument, disposition::permanent,
                "several streams have dead letters; name one with --stream: " + names_of(found));
  }
  co_return found.front();
}

}  // namespace weir::dlq
