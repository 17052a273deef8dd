// SPDX-License-Identifier: Apache-2.0
#include "publish_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "quoted_text.hpp"
#include "weir/event/json.hpp"

namespace weir::nats::detail {
namespace {

// The server's error codes (errors.json in its sources). docs/errors.md is made of the comments.

/// The message is larger than its stream takes. Becomes: `limit_exceeded`, permanent.
/// Remedy: raise the stream's max_message_size, or send less.
constexpr std::int64_t message_too_large = 10054;
/// The subject belongs to another stream than was expected. Becomes: `conflict`, permanent.
/// Remedy: correct the stream's subjects, or the name that is expected.
constexpr std::int64_t other_stream = 10060;
/// The last message's id is not the expected one. Becomes: `conflict`, permanent.
/// Remedy: somebody else has published meanwhile: read the state again, and decide anew.
constexpr std::int64_t wrong_last_msg_id = 10070;
/// The last sequence of the stream or subject is not the expected one.
/// Becomes: `conflict`, permanent.
/// Remedy: somebody else has published meanwhile: read the state again, and decide anew.
constexpr std::int64_t wrong_last_sequence = 10071;
/// A rollup was refused; it comes with code 500, and is for good all the same.
/// Becomes: `invalid_argument`, permanent.
/// Remedy: allow rollups in the stream (allow_rollup), and do not deny its purge.
constexpr std::int64_t rollup_failed = 10111;
/// A message with this id is being stored in this moment. Becomes: published again.
/// Remedy: none is needed.
constexpr std::int64_t id_in_process = 10158;
/// A message with the same expectation is being stored in this moment.
/// Becomes: `conflict`, permanent. Remedy: as for 10071.
constexpr std::int64_t wrong_last_sequence_in_process = 10164;
/// The server has more to do than it takes. Becomes: published again.
/// Remedy: where it lasts, publish less or give the server more.
constexpr std::int64_t too_many_requests = 10167;

/// The store has failed; only the words tell what it was. A stream that is full and discards what
/// is new says so. Becomes: `limit_exceeded`, retry, of a full stream; else published again.
/// Remedy: raise the limit that the text names, remove messages, or wait for the consumers; else
/// look at the server's disk and log.
constexpr std::int64_t store_failed = 10077;
/// The account has all the storage that it may use. Becomes: `limit_exceeded`, retry.
/// Remedy: raise the account's limits, or remove messages.
constexpr std::int64_t account_is_full = 10002;

/// What a full stream says, and which limit it means, as stream_config calls it.
struct full_stream {
  std::string_view words;
  std::string_view limit;
};

constexpr std::array full_streams{
    full_stream{"maximum messages exceeded", "max_messages"},
    full_stream{"maximum bytes exceeded", "max_bytes"},
    full_stream{"maximum messages per subject exceeded", "max_messages_per_subject"},
};

const full_stream* full_stream_in(const std::optional<api_error>& refusal) noexcept {
  if (!refusal || refusal->err_code != store_failed) return nullptr;
  const auto* const found =
      std::ranges::find(full_streams, refusal->description.value_or(""), &full_stream::words);
  return found == full_streams.end() ? nullptr : found;
}

struct answer_body {
  std::optional<std::string> stream;
  std::optional<std::uint64_t> seq;
  std::optional<bool> duplicate;
  std::optional<api_error> error;
};

bool is_name(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '.' || c == '*' || c == '>';
  });
}

error no_answer(const std::string& why) {
  return {errc::protocol, disposition::retry, "the answer is not one of a stream's: " + why};
}

}  // namespace

bool publish_answer::is_temporary() const noexcept {
  if (!refusal || refusal->err_code == rollup_failed || is_full()) return false;
  return refusal->code >= 500 || refusal->err_code == id_in_process ||
         refusal->err_code == too_many_requests;
}

bool publish_answer::is_outdated() const noexcept {
  return refusal &&
         (refusal->err_code == wrong_last_msg_id || refusal->err_code == wrong_last_sequence ||
          refusal->err_code == wrong_last_sequence_in_process);
}

bool publish_answer::is_full() const noexcept {
  return full_stream_in(refusal) != nullptr || (refusal && refusal->err_code == account_is_full);
}

error publish_answer::refused(const std::string& what) const {
  if (const full_stream* const full = full_stream_in(refusal)) {
    return {errc::limit_exceeded, disposition::retry,
            what + " was refused: " + describe(*refusal) + ": stream " + ack.stream +
                " is at its " + std::string(full->limit) +
                " and discards what is new; raise that, remove messages, or wait until its "
                "consumers have"};
  }
  if (is_full()) {
    return {errc::limit_exceeded, disposition::retry,
            what + " was refused: " + describe(*refusal) +
                ": the streams of its account have all the storage that it may use; raise that, "
                "remove messages, or wait until consumers have"};
  }
  const errc code = is_outdated() || refusal->err_code == other_stream ? errc::conflict
                    : refusal->err_code == message_too_large           ? errc::limit_exceeded
                                                                       : errc::invalid_argument;
  return {code, disposition::permanent, what + " was refused: " + describe(*refusal)};
}

std::optional<plain_publish_answer> parse_plain_publish_answer(std::string_view text) noexcept {
  constexpr std::string_view before_stream = R"({"stream":")";
  constexpr std::string_view before_sequence = R"(", "seq":)";
  if (!text.starts_with(before_stream)) return std::nullopt;
  text.remove_prefix(before_stream.size());
  const std::string_view stream = text.substr(0, text.find('"'));
  text.remove_prefix(stream.size());
  if (!text.starts_with(before_sequence) || !text.ends_with('}')) return std::nullopt;
  const char* const digits = text.data() + before_sequence.size();
  const char* const end = text.data() + text.size() - 1;
  plain_publish_answer answer{.stream = stream};
  const auto read = std::from_chars(digits, end, answer.sequence);
  const bool is_number = read.ec == std::errc() && read.ptr == end && *digits != '0';
  // JSON's escapes, letters above ASCII, and what is no name are for the other reader.
  const bool is_plain = std::ranges::all_of(
      stream, [](char c) { return c != '\\' && static_cast<unsigned char>(c) < 0x80; });
  if (!is_number || stream.empty() || !is_plain || !is_name(stream)) return std::nullopt;
  return answer;
}

result<publish_answer> parse_publish_answer(std::string_view text) {
  result<answer_body> read = json::decode<answer_body>(text);
  if (!read.has_value()) return no_answer(read.error().message());
  publish_answer answer{.ack = {}, .refusal = std::move(read->error)};
  answer.ack.stream = std::move(read->stream).value_or("");
  // It becomes a part of a subject when a lost confirmation is looked for.
  if (!answer.ack.stream.empty() && !is_name(answer.ack.stream))
    return no_answer("the stream's name " + quoted_text(answer.ack.stream) + " is none");
  if (answer.refusal) return answer;
  if (answer.ack.stream.empty() || read->seq.value_or(0) == 0)
    return no_answer("it has no stream, or no sequence, and no error");
  answer.ack.sequence = *read->seq;
  answer.ack.duplicate = read->duplicate.value_or(false);
  return answer;
}

}  // namespace weir::nats::detail
