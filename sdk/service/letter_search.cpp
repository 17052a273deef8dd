// SPDX-License-Identifier: Apache-2.0
#include "letter_search.hpp"

#include <algorithm>

#include "weir/nats/ordered_consumer.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// After so long without a letter the rest has been deleted meanwhile.
constexpr duration silence_limit = std::chrono::seconds(5);

task<std::set<std::string>> read_ids(nats::ordered_consumer& reader, std::set<std::string> wanted) {
  std::set<std::string> found;
  auto left = std::min<std::uint64_t>(reader.pending_at_start(), letters_searched_max);
  for (bool is_last = false; left > 0 && !is_last && found.size() < wanted.size(); --left) {
    const auto next = co_await with_timeout(silence_limit, reader.next()).as_result();
    if (!next && !next.error().is(errc::deadline_exceeded)) throw next.error();
    if (!next || !next->has_value()) break;
    const nats::stream_message& letter = **next;
    const std::string id(letter.header("Nats-Msg-Id").value_or(""));
    if (wanted.contains(id)) found.insert(id);
    is_last = letter.pending() == 0;
  }
  co_return found;
}

}  // namespace

task<std::set<std::string>> find_letters(nats::jetstream on, std::string subject, timestamp from,
                                         std::set<std::string> ids) {
  auto streams = on.stream_names(subject);
  const auto stream = co_await streams.next();
  if (!stream) co_return std::set<std::string>();
  nats::ordered_options how;
  how.start = nats::ordered_start::time;
  how.start_time = from;
  how.headers_only = true;
  auto reader = co_await nats::ordered_consumer::open(on, *stream, std::move(how));
  auto found = co_await read_ids(reader, std::move(ids)).as_result();
  co_await reader.close();
  if (!found) throw found.error();
  co_return std::move(*found);
}

}  // namespace weir::detail
