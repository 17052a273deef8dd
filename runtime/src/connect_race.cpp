// SPDX-License-Identifier: Apache-2.0
#include "connect_race.hpp"

#include <algorithm>
#include <chrono>

#include "weir/channel.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

// RFC 8305 section 5, "Connection Attempt Delay".
constexpr duration start_before_next = std::chrono::milliseconds(250);
constexpr std::size_t addresses_tried_max = 32;

/// The order of attempts: the families take turns, each in its own order (RFC 8305 section 4).
std::vector<socket_address> by_turns(const std::vector<socket_address>& addresses) {
  const int first_family = addresses.front().family();
  const auto is_first = [&](const socket_address& one) { return one.family() == first_family; };
  std::vector<socket_address> ordered;
  auto first = addresses.begin();
  auto other = addresses.begin();
  while (ordered.size() < addresses.size()) {
    first = std::find_if(first, addresses.end(), is_first);
    if (first != addresses.end()) ordered.push_back(*first++);
    other = std::find_if_not(other, addresses.end(), is_first);
    if (other != addresses.end()) ordered.push_back(*other++);
  }
  return ordered;
}

/// One connection to several addresses; it outlives the scope of its attempts.
class connect_race {
 public:
  connect_race(std::vector<socket_address> addresses, const tcp_options& options)
      : addresses_(std::move(addresses)), options_(options), outcomes_(addresses_.size()) {}

  task<tcp_stream> run(scope& attempts);

 private:
  using outcome = result<tcp_stream>;

  task<> attempt(socket_address address);
  task<std::optional<outcome>> next_outcome(bool is_last);
  error failure() const;

  std::vector<socket_address> addresses_;
  tcp_options options_;
  channel<outcome> outcomes_;  // Has room for all; a connection that came too late is closed in it.
  std::vector<error> failures_;
};

task<> connect_race::attempt(socket_address address) {
  auto connecting = tcp_stream::connect(address, options_);
  outcome ended = co_await std::move(connecting).as_result();
  co_await outcomes_.send(std::move(ended));
}

/// The next outcome; nothing when it is time for the next attempt.
task<std::optional<connect_race::outcome>> connect_race::next_outcome(bool is_last) {
  if (is_last) co_return co_await outcomes_.receive();
  auto waiting = with_timeout(start_before_next, outcomes_.receive());
  auto ended = co_await std::move(waiting).as_result();
  if (ended.has_value()) co_return std::move(*ended);
  if (!ended.error().is(errc::deadline_exceeded)) throw ended.error();
  co_return std::nullopt;
}

task<tcp_stream> connect_race::run(scope& attempts) {
  std::size_t begun = 0;
  while (failures_.size() < addresses_.size()) {
    if (begun < addresses_.size()) attempts.spawn(attempt(addresses_[begun++]));
    std::optional<outcome> ended = co_await next_outcome(begun == addresses_.size());
    if (!ended) continue;
    if (ended->has_value()) co_return std::move(**ended);
    failures_.push_back(ended->error());
  }
  throw failure();
}

/// What to say when no address answered.
error connect_race::failure() const {
  const auto passing = std::find_if(failures_.begin(), failures_.end(), [](const error& one) {
    return one.disposition() == disposition::retry;
  });
  const error& telling = passing != failures_.end() ? *passing : failures_.front();
  std::string text = "no address can be connected to";
  for (const error& one : failures_) text += "; " + one.message();
  return {telling.code(), telling.disposition(), std::move(text)};
}

}  // namespace

task<tcp_stream> connect_to_first(std::vector<socket_address> addresses, tcp_options options) {
  addresses = by_turns(addresses);
  if (addresses.size() > addresses_tried_max) {
    addresses.erase(addresses.begin() + addresses_tried_max, addresses.end());
  }
  connect_race race(std::move(addresses), options);
  auto running = with_scope([&](scope& attempts) { return race.run(attempts); });
  co_return co_await std::move(running);
}

}  // namespace weir::detail
