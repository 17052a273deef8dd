// SPDX-License-Identifier: Apache-2.0
#include "replayed_message.hpp"

#include "weir/error.hpp"
#include "weir/service/meta.hpp"

namespace weir::dlq {
namespace {

constexpr std::string_view letter_id_prefix = "dead:";

/// What tells this letter from the one of the same number in a stream that was made anew.
std::string original_id(const letter& of) {
  if (of.id.empty()) return origin_of(of);
  return of.id.starts_with(letter_id_prefix) ? of.id.substr(letter_id_prefix.size()) : of.id;
}

/// What the message is a part of, and what it came of, is the event's own. A letter's causes have
/// neither.
bool is_kept(std::string_view name) {
  if (name == correlation_header || name == causation_header) return true;
  return !name.starts_with("Weir-") && !name.starts_with("Nats-");
}

}  // namespace

replayed_message make_replayed(const letter& of, const header_list& headers) {
  replayed_message made;
  made.id = "replay:" + place_of(of) + ":" + original_id(of);
  for (const auto& [name, value] : headers) {
    if (!is_kept(name)) continue;
    try {
      made.headers.add(name, value);
    } catch (const error&) {
      continue;  // Another client's, which weir would not write; a service has left it out, too.
    }
  }
  made.headers.add("Weir-Replay-Of", place_of(of));
  return made;
}

}  // namespace weir::dlq
