// SPDX-License-Identifier: Apache-2.0
#include "send_events.hpp"

namespace weir::detail {
namespace {

/// Less than a sweep may take: it deletes what is confirmed only when all of it has an answer.
constexpr duration send_limit = std::chrono::seconds(10);

/// A row and its way into the stream; or why it has none.
struct departure {
  std::optional<nats::publication> publication;
  std::optional<error> refused;
};

void note(sent_events& all, outbox_row& row, const error& why) {
  if (why.is_cancelled()) throw why;
  if (!all.obstacle) all.obstacle = why;
  all.unconfirmed.push_back(std::move(row));
}

}  // namespace

task<sent_events> send_events(nats::jetstream& jetstream, std::vector<outbox_row> rows) {
  std::vector<departure> departures;
  departures.reserve(rows.size());
  for (const outbox_row& row : rows) {
    const nats::subject to(row.subject);
    nats::publish_options how;
    how.msg_id = row.message_id;
    how.timeout = send_limit;
    auto begun = co_await jetstream.publish_later(to, row.body, how).as_result();
    departure& next = departures.emplace_back();
    if (begun) {
      next.publication.emplace(std::move(*begun));
    } else {
      next.refused = begun.error();
    }
  }
  sent_events all;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (departures[at].refused) {
      note(all, rows[at], *departures[at].refused);
      continue;
    }
    const auto confirmation = co_await departures[at].publication->confirmed().as_result();
    if (!confirmation) {
      note(all, rows[at], confirmation.error());
      continue;
    }
    ++all.confirmed;
    if (confirmation->duplicate) ++all.duplicates;
  }
  co_return all;
}

}  // namespace weir::detail
