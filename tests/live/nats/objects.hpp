// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "backends.hpp"
#include "fixture.hpp"
#include "weir/nats/object_store.hpp"

namespace weir::test {

/// The bucket that most tests of objects need.
inline task<nats::object_store> files(nats::connection& link, std::string bucket = "files") {
  nats::object_store_config config;
  config.bucket = std::move(bucket);
  return nats::object_store::ensure(nats::jetstream(link), std::move(config));
}

// Functions, since aggregates within a co_await expression are destroyed twice by some compilers.

inline nats::object_meta named(std::string name,
                               std::size_t chunk_size = nats::object_chunk_bytes) {
  nats::object_meta what;
  what.name = std::move(name);
  what.chunk_size = chunk_size;
  return what;
}

inline nats::object_link lead_to(std::string bucket, std::string name = {}) {
  nats::object_link to;
  to.bucket = std::move(bucket);
  to.name = std::move(name);
  return to;
}

/// Bytes that are not the same in any two chunks of a test.
inline std::string bytes_of(std::size_t size, unsigned seed = 1) {
  std::string bytes(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

template <class T>
task<std::vector<T>> all_of(stream<T> from) {
  std::vector<T> all;
  while (auto one = co_await from.next()) all.push_back(std::move(*one));
  co_return all;
}

/// Checks that `work` ends with this error, and with this part in its text.
template <class T>
task<> check_fails(task<T> work, errc code, std::string_view part) {
  const auto failure = co_await error_of(std::move(work));
  REQUIRE(failure.has_value());
  CAPTURE(failure->message());
  CHECK(failure->is(code));
  CHECK(contains(failure->message(), part));
}

inline task<std::vector<std::string>> names_in(const nats::object_store& bucket) {
  const auto objects = co_await all_of(bucket.list());
  std::vector<std::string> names;
  for (const auto& one : objects) names.push_back(one.meta.name);
  co_return names;
}

/// How many messages the bucket's stream holds: chunks and descriptions.
inline task<std::uint64_t> messages_in(const nats::object_store& bucket) {
  const auto now = co_await bucket.status();
  co_return now.stream.messages;
}

}  // namespace weir::test
