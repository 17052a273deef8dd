// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "interruption.hpp"
#include "selection.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::dlq {

inline constexpr std::size_t replay_rate_default = 100;  // letters a second
inline constexpr std::size_t replay_rate_max = 100'000;

struct replay_options {
  std::string stream = {};                    ///< empty: the only one with dead letters
  std::vector<std::uint64_t> sequences = {};  ///< empty: all that are there at the start
  selection only = {};
  std::size_t rate = replay_rate_default;
  bool keep = false;     ///< does not delete what was replayed
  bool dry_run = false;  ///< changes nothing
};

/// What became of the selected letters.
struct replay_outcome {
  std::uint64_t selected = 0;
  std::uint64_t replayed = 0;  ///< confirmed by a stream; with dry_run, those that would be
  std::uint64_t repeated = 0;  ///< of those, the ones that the stream had from an earlier replay
  std::uint64_t refused = 0;   ///< cannot be replayed, the reason was printed
  std::uint64_t gone = 0;      ///< replayed or deleted by somebody else meanwhile
  bool was_stopped = false;    ///< by the operator, or by an error that the next would meet, too

  std::uint64_t left() const noexcept { return selected - replayed - refused - gone; }
  bool is_complete() const noexcept { return refused == 0 && !was_stopped; }
};

/// Publishes letters again under the subjects of their messages, in order, and deletes each when
/// the stream has confirmed it. Ends between two letters when that is wanted, and at the first
/// error that the next one would meet as well, which it prints.
task<replay_outcome> replay(nats::jetstream on, replay_options wanted, tools::interruption& stop,
                            std::ostream& out);

}  // namespace weir::dlq
