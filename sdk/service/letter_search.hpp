// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "weir/nats/jetstream.hpp"

namespace weir::detail {

/// More letters than this are not looked through: then one may be stored a second time.
inline constexpr std::size_t letters_searched_max = 100'000;

/// Which of these ids (see letter_id()) the stream of dead letters has, in a letter that was stored
/// at `from` or later: for longer than it refuses a second one by itself.
task<std::set<std::string>> find_letters(nats::jetstream on, std::string subject, timestamp from,
                                         std::set<std::string> ids);

}  // namespace weir::detail
