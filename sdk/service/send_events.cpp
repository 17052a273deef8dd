// SPDX-License-Identifier: Apache-2.0
#include "send_events.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "event_headers.hpp"
#include "tracing.hpp"
#include "weir/loop.hpp"
#include "weir/when_all.hpp"

namespace weir::detail {
namespace {

/// For all of them. Less than a sweep may take: it deletes what is confirmed only when all of it
/// has an answer.
constexpr duration send_limit = std::chrono::seconds(10);
/// What must be left of that for another turn: one that began later would be given up in flight.
constexpr duration turn_limit = std::chrono::seconds(5);

/// A row on its way.
struct departure {
  std::size_t turn = 0;  ///< How many messages of its key come before its own.
  std::optional<nats::publication> publication;
  span send;  ///< Until it is confirmed.
  bool is_confirmed = false;
  bool is_refused = false;  ///< For good.
};

/// Where rows stand that are sent in their order, turn by turn.
using chain = std::vector<std::size_t>;

std::string_view origin_of(const outbox_row& row) {
  return std::string_view(row.message_id).substr(0, row.message_id.rfind(':'));
}

/// Sends rows; only for as long as they live.
class sender {
 public:
  sender(nats::jetstream& jetstream, const std::vector<outbox_row>& rows)
      : jetstream_(jetstream), rows_(rows), departures_(rows.size()) {
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (rows[at].key.empty()) continue;
      const auto [its, is_new] = last_.try_emplace(rows[at].key, place{origin_of(rows[at])});
      if (!is_new && its->second.origin != origin_of(rows[at])) {
        its->second = {origin_of(rows[at]), its->second.turn + 1};
      }
      departures_[at].turn = its->second.turn;
    }
  }

  /// Keys do not wait for each other. There are fewer chains than rows, which who sends them
  /// bounds.
  task<> send_all() {
    std::vector<chain> chains = take_apart();
    if (chains.size() == 1) co_return co_await send_chain(std::move(chains.front()));
    std::vector<task<>> sending;
    sending.reserve(chains.size());
    for (chain& one : chains) sending.push_back(send_chain(std::move(one)));
    co_await when_all(std::move(sending));
  }

  bool is_confirmed(std::size_t at) const noexcept { return departures_[at].is_confirmed; }
  bool is_refused(std::size_t at) const noexcept { return departures_[at].is_refused; }
  sent_events result;

 private:
  struct place {
    std::string_view origin;
    std::size_t turn = 0;
  };

  /// The first chain has all that needs one turn, the others have a key each.
  std::vector<chain> take_apart() const {
    std::vector<chain> chains(1);
    std::map<std::string_view, std::size_t> chain_of;
    for (std::size_t at = 0; at < rows_.size(); ++at) {
      const std::string& key = rows_[at].key;
      std::size_t its = 0;
      if (!key.empty() && last_.at(key).turn > 0) {
        its = chain_of.try_emplace(key, chains.size()).first->second;
        if (its == chains.size()) chains.emplace_back();
      }
      chains[its].push_back(at);
    }
    return chains;
  }

  task<> send_chain(chain all) {
    const std::span<const std::size_t> rows(all);
    for (std::size_t from = 0; from < rows.size();) {
      if (from > 0 && (time_left() < turn_limit || held_.contains(rows_[rows[from]].key))) break;
      const std::size_t turn = departures_[rows[from]].turn;
      std::size_t to = from;
      while (to < rows.size() && departures_[rows[to]].turn == turn) ++to;
      co_await depart(rows.subspan(from, to - from));
      co_await arrive(rows.subspan(from, to - from));
      from = to;
    }
  }

  duration time_left() const { return until_ - loop::current().now(); }

  task<> depart(std::span<const std::size_t> turn) {
    for (const std::size_t at : turn) {
      const outbox_row& row = rows_[at];
      if (held_.contains(row.key)) continue;
      const duration left = time_left();
      if (left <= duration::zero()) co_return;
      departures_[at].send = begin_send(row);
      auto begun = co_await begin(row, left, departures_[at].send).as_result();
      if (begun) {
        departures_[at].publication.emplace(std::move(*begun));
      } else {
        note(at, begun.error());
      }
    }
  }

  /// Throws as well for a row that somebody else has written, with what is no subject.
  task<nats::publication> begin(const outbox_row& row, duration limit, const span& send) {
    const nats::subject to(row.subject);
    const nats::headers with = to_headers(row.headers, send.context());
    nats::publish_options how;
    how.msg_id = row.message_id;
    how.timeout = limit;
    if (!with.empty()) how.headers = &with;
    co_return co_await jetstream_.publish_later(to, row.body, how);
  }

  task<> arrive(std::span<const std::size_t> turn) {
    for (const std::size_t at : turn) {
      departure& one = departures_[at];
      if (!one.publication) continue;
      const auto confirmation = co_await one.publication->confirmed().as_result();
      if (!confirmation) {
        note(at, confirmation.error());
        continue;
      }
      one.send.end();
      one.is_confirmed = true;
      ++result.confirmed;
      if (confirmation->duplicate) ++result.duplicates;
    }
  }

  void note(std::size_t at, const error& why) {
    departures_[at].send.fail(why);
    departures_[at].send.end();
    if (why.is_cancelled()) throw why;
    if (!result.obstacle) result.obstacle = why;
    const outbox_row& row = rows_[at];
    if (why.disposition() == disposition::permanent) {
      departures_[at].is_refused = true;
    } else if (!row.key.empty()) {
      held_.insert(row.key);
    }
  }

  nats::jetstream& jetstream_;
  const std::vector<outbox_row>& rows_;
  std::vector<departure> departures_;
  std::map<std::string_view, place> last_;  ///< Of each key.
  time_point until_ = loop::current().now() + send_limit;
  std::set<std::string_view> held_;  ///< Keys whose later messages must wait.
};

}  // namespace

task<sent_events> send_events(nats::jetstream& jetstream, std::vector<outbox_row> rows) {
  sender all(jetstream, rows);
  co_await all.send_all();
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (all.is_confirmed(at)) continue;
    if (all.is_refused(at)) all.result.refused.push_back(rows[at].id);
    all.result.unconfirmed.push_back(std::move(rows[at]));
  }
  if (!all.result.unconfirmed.empty() && !all.result.obstacle) {
    all.result.was_time_over = true;
    all.result.obstacle.emplace(errc::deadline_exceeded, disposition::retry,
                                std::to_string(all.result.unconfirmed.size()) +
                                    " events were not sent in time, of those that go one after "
                                    "the other; they are sent next");
  }
  co_return std::move(all.result);
}

}  // namespace weir::detail
