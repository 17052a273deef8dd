// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include <charconv>

#include "weir/nats/ordered_consumer.hpp"
#include "weir/timeout.hpp"

namespace weir::dlq {
namespace {

/// After so long without a message the stream is asked whether there is one.
constexpr auto silence_limit = std::chrono::milliseconds(500);
constexpr std::size_t read_ahead = 1000;

scanned read_scanned(const std::string& stream, const nats::stream_message& from) {
  scanned read;
  read.sequence = from.sequence();
  const auto size = from.header("Nats-Msg-Size").value_or("0");
  std::from_chars(size.data(), size.data() + size.size(), read.body_bytes);
  letter_place at;
  at.stream = stream;
  at.sequence = from.sequence();
  at.stored_at = from.time();
  read.found = read_letter(std::move(at), from.headers());
  return read;
}

/// Whether there is a message between the one that was read last and the end of the scan: what the
/// server had promised may have been deleted since.
task<bool> is_more(nats::jetstream on, std::string stream, std::uint64_t seen, std::uint64_t last) {
  if (seen >= last) co_return false;
  const auto next = co_await on.next_message(stream, ">", seen + 1).as_result();
  if (next.has_value()) co_return next->sequence <= last;
  if (!next.error().is(errc::not_found)) throw next.error();
  co_return false;
}

}  // namespace

stream<scanned> scan(nats::jetstream on, std::string of_stream, std::uint64_t last_sequence) {
  std::uint64_t seen = 0;
  const bool is_empty = !co_await is_more(on, of_stream, seen, last_sequence);
  if (is_empty) co_return;
  nats::ordered_options how;
  how.headers_only = true;
  how.ahead = read_ahead;
  auto reader = co_await nats::ordered_consumer::open(on, of_stream, std::move(how));
  while (seen < last_sequence) {
    const auto next = co_await with_timeout(silence_limit, reader.next()).as_result();
    if (!next.has_value() && !next.error().is(errc::deadline_exceeded)) throw next.error();
    if (!next.has_value() || !next->has_value()) {
      const bool goes_on = co_await is_more(on, of_stream, seen, last_sequence);
      if (!goes_on) break;
      continue;
    }
    const nats::stream_message& message = **next;
    seen = message.sequence();
    if (seen > last_sequence) break;
    const bool is_last = message.pending() == 0;
    co_yield read_scanned(of_stream, message);
    if (is_last) break;
  }
  co_await reader.close();
}

}  // namespace weir::dlq
