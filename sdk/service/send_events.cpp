// SPDX-License-Identifier: Apache-2.0
#include "send_events.hpp"

#include <algorithm>
#include <array>
#include <iterator>
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

/// What must be left of the time for another turn: one that began later would be given up in
/// flight.
constexpr duration turn_limit = std::chrono::seconds(5);
/// How many events that were left are on their way at the same time: an eighth of what a connection
/// lets wait for confirmations, where nothing else is said.
constexpr std::size_t portion_max = 512;
/// For the answer to one of them: a stream that has a leader answers in milliseconds.
constexpr duration left_answer_limit = std::chrono::seconds(2);

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
constexpr std::array<std::size_t, 1> chain_of_one{0};

std::string_view origin_of(const outbox_row& row) {
  return std::string_view(row.message_id).substr(0, row.message_id.rfind(':'));
}

/// Sends rows; only for as long as they live.
class sender {
 public:
  sender(nats::jetstream& jetstream, const std::vector<outbox_row>& rows, sending_limits limits,
         hindrances* known)
      : jetstream_(jetstream),
        rows_(rows),
        departures_(rows.size()),
        answer_limit_(limits.answer),
        until_(saturating_add(loop::current().now(), limits.all)),
        known_(known != nullptr ? *known : none_known_) {
    if (rows.size() == 1) return;  // Most often.
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (rows[at].key.empty()) continue;
      const auto [its, is_new] = last_.try_emplace(rows[at].key, place{origin_of(rows[at])});
      if (!is_new && its->second.origin != origin_of(rows[at])) {
        its->second = {origin_of(rows[at]), its->second.turn + 1};
      }
      departures_[at].turn = its->second.turn;
    }
  }

  task<> send_all() { return rows_.size() == 1 ? send_chain(chain_of_one) : send_chains(); }

  /// Adds the subjects where nobody has answered to what is known.
  void learn() {
    if (unanswered_.empty()) return;
    std::set<std::string_view> answered;
    for (std::size_t at = 0; at < rows_.size(); ++at) {
      if (is_confirmed(at)) answered.insert(rows_[at].subject);
    }
    for (const std::string_view subject : unanswered_) {
      if (!answered.contains(subject)) known_.subjects.emplace(subject);
    }
  }

  bool is_confirmed(std::size_t at) const noexcept { return departures_[at].is_confirmed; }
  bool is_refused(std::size_t at) const noexcept { return departures_[at].is_refused; }
  sent_events result;

 private:
  struct place {
    std::string_view origin;
    std::size_t turn = 0;
  };

  /// Keys do not wait for each other. There are fewer chains than rows, which who sends them
  /// bounds.
  task<> send_chains() {
    const std::vector<chain> chains = take_apart();
    if (chains.size() == 1) co_return co_await send_chain(chains.front());
    std::vector<task<>> sending;
    sending.reserve(chains.size());
    for (const chain& one : chains) sending.push_back(send_chain(one));
    co_await when_all(std::move(sending));
  }

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

  task<> send_chain(std::span<const std::size_t> rows) {
    for (std::size_t from = 0; from < rows.size();) {
      if (from > 0 && (time_left() < turn_limit || is_held(rows_[rows[from]]))) break;
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
      if (known_.subjects.contains(row.subject)) hold(row);
      if (is_held(row) || known_.subjects.contains(row.subject)) continue;
      const duration left = time_left();
      if (left <= duration::zero()) co_return;
      departures_[at].send = begin_send(row);
      auto begun =
          co_await begin(row, std::min(left, answer_limit_), departures_[at].send).as_result();
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
    const outbox_row& row = rows_[at];
    if (why.disposition() == disposition::permanent) {
      departures_[at].is_refused = true;
      if (!result.refusal) result.refusal = why;
      return;
    }
    if (!result.obstacle) result.obstacle = why;
    if (why.is(errc::deadline_exceeded)) unanswered_.insert(row.subject);
    hold(row);
  }

  bool is_held(const outbox_row& row) const { return known_.keys.contains(row.key); }
  void hold(const outbox_row& row) {
    if (!row.key.empty()) known_.keys.insert(row.key);
  }

  nats::jetstream& jetstream_;
  const std::vector<outbox_row>& rows_;
  std::vector<departure> departures_;
  std::map<std::string_view, place> last_;  ///< Of each key.
  const duration answer_limit_;
  const time_point until_;
  hindrances none_known_;
  hindrances& known_;
  std::set<std::string_view> unanswered_;  ///< Subjects.
};

/// What is unconfirmed without another reason.
void note_time_over(sent_events& sent) {
  if (sent.unconfirmed.empty() || sent.obstacle) return;
  sent.was_time_over = true;
  sent.obstacle.emplace(errc::deadline_exceeded, disposition::retry,
                        std::to_string(sent.unconfirmed.size()) +
                            " events were not sent in time, of those that go one after the other; "
                            "they are sent next");
}

void append(std::vector<outbox_row>& to, std::vector<outbox_row> rows) {
  std::ranges::move(rows, std::back_inserter(to));
}

/// Adds what came of the next portion; of the obstacles the first one counts.
void add(sent_events& all, sent_events portion) {
  all.confirmed += portion.confirmed;
  all.duplicates += portion.duplicates;
  append(all.unconfirmed, std::move(portion.unconfirmed));
  append(all.refused, std::move(portion.refused));
  if (!all.refusal) all.refusal = std::move(portion.refusal);
  if (all.obstacle) return;
  all.obstacle = std::move(portion.obstacle);
  all.was_time_over = portion.was_time_over;
}

}  // namespace

const error* sent_events::failure() const noexcept {
  if (refusal) return &*refusal;
  return obstacle ? &*obstacle : nullptr;
}

task<sent_events> send_events(nats::jetstream& jetstream, std::vector<outbox_row> rows,
                              sending_limits limits, hindrances* known) {
  sender all(jetstream, rows, limits, known);
  co_await all.send_all();
  all.learn();
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (all.is_confirmed(at)) continue;
    auto& whither = all.is_refused(at) ? all.result.refused : all.result.unconfirmed;
    whither.push_back(std::move(rows[at]));
  }
  note_time_over(all.result);
  co_return std::move(all.result);
}

task<sent_events> send_left_events(nats::jetstream& jetstream, std::vector<outbox_row> rows) {
  sent_events all;
  hindrances learnt;
  sending_limits limits;
  limits.answer = left_answer_limit;
  const time_point until = loop::current().now() + limits.all;
  auto next = rows.begin();
  while (next != rows.end()) {
    limits.all = until - loop::current().now();
    if (limits.all < turn_limit) break;
    const auto count = std::min<std::ptrdiff_t>(portion_max, rows.end() - next);
    std::vector<outbox_row> portion(std::move_iterator(next), std::move_iterator(next + count));
    next += count;
    add(all, co_await send_events(jetstream, std::move(portion), limits, &learnt));
  }
  append(all.unconfirmed, {std::move_iterator(next), std::move_iterator(rows.end())});
  note_time_over(all);
  co_return all;
}

}  // namespace weir::detail
