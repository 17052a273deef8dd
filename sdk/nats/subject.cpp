// SPDX-License-Identifier: Apache-2.0
#include "weir/nats/subject.hpp"

#include "quoted_text.hpp"
#include "weir/error.hpp"
#include "weir/event/subject.hpp"

namespace weir::nats {
namespace {

/// A server ends a connection whose protocol line is longer than 4096 bytes (`max_control_line`),
/// and a line holds at most two subjects: its own and the reply's.
constexpr std::size_t subject_bytes_max = 2000;
/// What servers allow in the name of a stream, consumer or queue group (JSMaxNameLen).
constexpr std::size_t name_bytes_max = 255;

void check_length(std::string_view what, std::string_view text, std::size_t max) {
  if (text.size() <= max) return;
  throw error(errc::invalid_argument, disposition::permanent,
              std::string(what) + " " + detail::quoted_text(text) + " cannot be used: it has " +
                  std::to_string(text.size()) + " bytes, and " + std::to_string(max) +
                  " are the most");
}

const char* describe(subject_fault fault) {
  switch (fault) {
    case subject_fault::none:
      break;
    case subject_fault::empty:
      return "it is empty";
    case subject_fault::empty_token:
      return "it has an empty token (a point at an end, or two in a row)";
    case subject_fault::bad_character:
      return "it holds white space or a control character, which would end the protocol line";
    case subject_fault::wildcard:
      return "it holds a wildcard (* or >) where only plain text may stand";
    case subject_fault::tail_not_last:
      return "something follows >, which must be the last token";
  }
  return "it is well-formed";
}

std::string checked(std::string_view what, std::string_view text, subject_fault fault) {
  check_length(what, text, subject_bytes_max);
  if (fault == subject_fault::none) return std::string(text);
  throw error(errc::invalid_argument, disposition::permanent,
              std::string(what) + " " + detail::quoted_text(text) + " cannot be used: " +
                  describe(fault) + "; encode or refuse user data before it becomes a subject");
}

}  // namespace

subject::subject(std::string_view text) : text_(checked("subject", text, check_subject(text))) {}

subject_pattern::subject_pattern(std::string_view text)
    : text_(checked("subject pattern", text, check_subject_pattern(text))) {}

void check_name(std::string_view what, std::string_view name) {
  const bool plain = check_subject(name) == subject_fault::none &&
                     name.find_first_of("./\\\"") == std::string_view::npos;
  check_length(std::string(what) + " name", name, name_bytes_max);
  if (plain) return;
  throw error(errc::invalid_argument, disposition::permanent,
              std::string(what) + " name " + detail::quoted_text(name) +
                  " cannot be used: a name is not empty and has no point, slash, quote, wildcard, "
                  "white space or control character");
}

void check_queue_group(std::string_view name) {
  check_length("queue group", name, name_bytes_max);
  checked("queue group", name, check_subject(name));
}

}  // namespace weir::nats
