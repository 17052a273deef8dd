// SPDX-License-Identifier: Apache-2.0
#include "lost_confirmation.hpp"

#include <charconv>

#include "api.hpp"
#include "base64.hpp"
#include "publish_headers.hpp"

namespace weir::nats::detail {
namespace {

struct place {
  std::optional<std::uint64_t> seq;
  std::optional<std::string> next_by_subj;
  std::optional<std::string> last_by_subj;
};

struct message_there {
  std::uint64_t seq = 0;
  std::optional<std::string> hdrs;
};

struct place_answer {
  std::optional<message_there> message;
  std::optional<api_error> error;
};

std::optional<std::uint64_t> number_in(const nats::headers& in, const char* name) {
  const auto text = in.find(name);
  std::uint64_t value = 0;
  if (!text || std::from_chars(text->begin(), text->end(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

/// Where the message is, if it was stored when its expectation was met.
place place_of(const doubtful_publication& about) {
  if (const auto last = number_in(about.headers, expected_last_sequence_header))
    return {.seq = *last + 1, .next_by_subj = {}, .last_by_subj = {}};
  if (const auto last = number_in(about.headers, expected_last_subject_sequence_header))
    return {.seq = *last + 1, .next_by_subj = about.subject, .last_by_subj = {}};
  return {.seq = {}, .next_by_subj = {}, .last_by_subj = about.subject};
}

bool has_id(const message_there& stored, const std::string& id) {
  const auto block = base64_decoded(stored.hdrs.value_or(""));
  return block && block->find("\r\nNats-Msg-Id: " + id + "\r\n") != std::string::npos;
}

}  // namespace

task<doubt_resolved> resolve_doubt(connection_core& core, doubtful_publication about) {
  const place asked = place_of(about);
  const auto answer =
      co_await call_api<place_answer>(core, "STREAM.MSG.GET." + about.stream, json::encode(asked))
          .as_result();
  if (!answer.has_value() && answer.error().is_cancelled()) throw answer.error();
  doubt_resolved resolved;
  if (!answer.has_value() || !answer->message) co_return resolved;
  if (has_id(*answer->message, about.msg_id)) {
    resolved.is = doubt_resolved::outcome::stored;
    resolved.ack = {.stream = about.stream, .sequence = answer->message->seq, .duplicate = true};
  } else if (asked.seq && !asked.next_by_subj) {
    // Sequences are given once: nothing but this message could have been there. On a subject it
    // may have been there and been replaced.
    resolved.is = doubt_resolved::outcome::not_stored;
  }
  co_return resolved;
}

}  // namespace weir::nats::detail
