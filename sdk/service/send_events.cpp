// SPDX-License-Identifier: Apache-2.0
#include "send_events.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "event_headers.hpp"
#include "weir/loop.hpp"

namespace weir::detail {
namespace {

/// For all of them. Less than a sweep may take: it deletes what is confirmed only when all of it
/// has an answer.
constexpr duration send_limit = std::chrono::seconds(10);

/// A row on its way.
struct departure {
  std::size_t turn = 0;  ///< How many messages of its key come before its own.
  std::optional<nats::publication> publication;
  bool is_confirmed = false;
};

std::string_view origin_of(const outbox_row& row) {
  return std::string_view(row.message_id).substr(0, row.message_id.rfind(':'));
}

/// Sends rows; only for as long as they live.
class sender {
 public:
  sender(nats::jetstream& jetstream, const std::vector<outbox_row>& rows)
      : jetstream_(jetstream), rows_(rows), departures_(rows.size()) {
    struct place {
      std::string_view origin;
      std::size_t turn = 0;
    };
    std::map<std::string_view, place> last;
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (rows[at].key.empty()) continue;
      const auto [its, is_new] = last.try_emplace(rows[at].key, place{origin_of(rows[at])});
      if (!is_new && its->second.origin != origin_of(rows[at])) {
        its->second = {origin_of(rows[at]), its->second.turn + 1};
      }
      departures_[at].turn = its->second.turn;
      turns_ = std::max(turns_, its->second.turn + 1);
    }
  }

  task<> send_all() {
    for (std::size_t turn = 0; turn < turns_; ++turn) {
      co_await depart(turn);
      co_await arrive(turn);
    }
  }

  bool is_confirmed(std::size_t at) const noexcept { return departures_[at].is_confirmed; }
  sent_events result;

 private:
  task<> depart(std::size_t turn) {
    for (std::size_t at = 0; at < rows_.size(); ++at) {
      const outbox_row& row = rows_[at];
      if (departures_[at].turn != turn || held_.contains(row.key)) continue;
      const duration left = until_ - loop::current().now();
      if (left <= duration::zero()) continue;  // Something before it has taken all the time.
      const nats::subject to(row.subject);
      const nats::headers with = to_headers(row.headers);
      nats::publish_options how;
      how.msg_id = row.message_id;
      how.timeout = left;
      if (!with.empty()) how.headers = &with;
      auto begun = co_await jetstream_.publish_later(to, row.body, how).as_result();
      if (begun) {
        departures_[at].publication.emplace(std::move(*begun));
      } else {
        note(row, begun.error());
      }
    }
  }

  task<> arrive(std::size_t turn) {
    for (std::size_t at = 0; at < rows_.size(); ++at) {
      departure& one = departures_[at];
      if (one.turn != turn || !one.publication) continue;
      const auto confirmation = co_await one.publication->confirmed().as_result();
      if (!confirmation) {
        note(rows_[at], confirmation.error());
        continue;
      }
      one.is_confirmed = true;
      ++result.confirmed;
      if (confirmation->duplicate) ++result.duplicates;
    }
  }

  void note(const outbox_row& row, const error& why) {
    if (why.is_cancelled()) throw why;
    if (!result.obstacle) result.obstacle = why;
    if (!row.key.empty() && why.disposition() != disposition::permanent) held_.insert(row.key);
  }

  nats::jetstream& jetstream_;
  const std::vector<outbox_row>& rows_;
  std::vector<departure> departures_;
  std::size_t turns_ = 1;
  time_point until_ = loop::current().now() + send_limit;
  std::set<std::string_view> held_;  ///< Keys whose later messages must wait.
};

}  // namespace

task<sent_events> send_events(nats::jetstream& jetstream, std::vector<outbox_row> rows) {
  sender all(jetstream, rows);
  co_await all.send_all();
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (!all.is_confirmed(at)) all.result.unconfirmed.push_back(std::move(rows[at]));
  }
  co_return std::move(all.result);
}

}  // namespace weir::detail
