// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "letter.hpp"

namespace weir::dlq {

/// Which letters a command is about: those that every given part fits.
struct selection {
  std::string cause = {};    ///< in the cause, or in its cause_pattern(); either case of letters
  std::string subject = {};  ///< of the message that died; `*` and a last `>` as in NATS
  std::optional<timestamp> before = {};  ///< dead for longer than since then

  bool fits(const letter& candidate) const;
};

/// True where `pattern`, in which `*` stands for one token and a last `>` for any number, fits.
bool fits_subject(std::string_view pattern, std::string_view subject) noexcept;

/// The cause with "#" in place of its numbers and ids, which it shares with others of its kind:
/// "order # not found".
std::string cause_pattern(std::string_view cause);

}  // namespace weir::dlq
