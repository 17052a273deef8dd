// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "weir/nats/ordered_consumer.hpp"

namespace weir::nats::detail {

/// What a watch of a bucket's stream gives to begin with, before what changes from now on.
enum class watch_start : unsigned char {
  last_values,  ///< the last message of every subject
  everything,   ///< all messages
  revision,     ///< those from `first_revision` on
  nothing,      ///< then no mark is given
};

/// What is watched.
struct bucket_watch_request {
  std::string bucket;
  std::string stream;
  std::string filter;  ///< a pattern of subjects
  watch_start start = watch_start::last_values;
  std::uint64_t first_revision = 0;  ///< none below this is given
  bool headers_only = false;
  bool ends_at_mark = false;  ///< ends where it is up to date, in place of the mark
};

/// A message, or the mark that those of the beginning have been given, which comes once.
struct bucket_news {
  std::optional<stream_message> message;
};

/// Watches a bucket over lost connections: no message twice, none that is still kept missed. Throws
/// `not_found` once the stream was removed, even where another was made in its place.
stream<bucket_news> watch_bucket(jetstream js, bucket_watch_request what);

}  // namespace weir::nats::detail
