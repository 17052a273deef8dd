// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "weir/mutex.hpp"
#include "weir/nats/key_value.hpp"

namespace weir::detail {

/// How many deliveries of a message were given back by programs that drained, or led no more,
/// before the message had failed.
///
/// The server counts deliveries, and tells nobody how they ended. To count such a one for an
/// attempt would end in dead letters what a few rolling updates have met; to count none that this
/// program has not seen fail would never give up what kills its program. So those that are known to
/// be no attempts are noted, in the bucket `weir_given_back`: when they are given back, and asked
/// for when a message would be given up, both of which are rare.
class given_back {
 public:
  /// `consumer` is its name, with that of its stream.
  given_back(nats::jetstream over, std::string_view consumer);

  /// Adds to what is known of the message. What cannot be noted counts as attempts; that is said
  /// once. Works in a cancelled task as well, and takes half a second at most.
  task<> note(std::uint64_t sequence, std::uint64_t deliveries);
  /// How many are known; 0 where nobody has noted any, or the bucket cannot be asked.
  task<std::uint64_t> count(std::uint64_t sequence);

 private:
  std::string key_of(std::uint64_t sequence) const;
  task<> add(std::string key, std::uint64_t deliveries);
  task<> make_bucket();
  task<std::uint64_t> read(std::string key);
  task<std::uint64_t> read_if_there(std::string key);

  nats::jetstream over_;
  std::string consumer_;
  mutex opening_;
  std::optional<nats::key_value> bucket_;  ///< Stays where it is once it is there.
  bool has_failed_ = false;
};

}  // namespace weir::detail
