// SPDX-License-Identifier: Apache-2.0
#include "stored_letter.hpp"

namespace weir::dlq {
namespace {

bool is_original(const nats::stored_message& candidate, const letter& of) {
  const bool is_as_large = !of.is_cut() || candidate.payload.size() == of.whole_body_bytes;
  return candidate.subject == of.subject && candidate.time == of.published_at && is_as_large;
}

/// A message; nothing where there is none, or no such stream.
task<std::optional<nats::stored_message>> read_message(nats::jetstream on, std::string stream,
                                                       std::uint64_t sequence) {
  auto read = co_await on.get_message(std::move(stream), sequence).as_result();
  if (read.has_value()) co_return std::move(*read);
  if (!read.error().is(errc::not_found)) throw read.error();
  co_return std::nullopt;
}

}  // namespace

task<std::optional<stored_letter>> read_stored(nats::jetstream on, std::string stream,
                                               std::uint64_t sequence) {
  auto message = co_await read_message(on, stream, sequence);
  if (!message) co_return std::nullopt;
  letter_place at;
  at.stream = stream;
  at.sequence = sequence;
  at.stored_at = message->time;
  auto about = read_letter(std::move(at), message->headers);
  if (!about) {
    throw error(errc::invalid_input, disposition::permanent,
                stream + ":" + std::to_string(sequence) +
                    " is no dead letter of a service: it has no Weir-Cause and Weir-Subject");
  }
  co_return stored_letter{std::move(*about), std::move(*message)};
}

task<bool> delete_stored(nats::jetstream on, std::string stream, std::uint64_t sequence,
                         nats::erasure how) {
  const auto deleted = co_await on.delete_message(stream, sequence, how).as_result();
  if (deleted.has_value()) co_return true;
  // Servers have several words for a message that is not there.
  const auto left = co_await read_message(on, std::move(stream), sequence);
  if (left) throw deleted.error();
  co_return false;
}

task<std::optional<nats::stored_message>> read_original(nats::jetstream on, letter of) {
  if (of.from_stream.empty() || of.from_sequence == 0) co_return std::nullopt;
  auto found = co_await read_message(on, of.from_stream, of.from_sequence);
  if (found && !is_original(*found, of)) co_return std::nullopt;
  co_return found;
}

}  // namespace weir::dlq
