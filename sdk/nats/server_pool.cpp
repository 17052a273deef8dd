// SPDX-License-Identifier: Apache-2.0
#include "server_pool.hpp"

#include <algorithm>
#include <random>

#include "backoff.hpp"
#include "server_list.hpp"
#include "weir/assert.hpp"
#include "weir/error.hpp"

namespace weir::nats::detail {
namespace {

constexpr backoff_limits reconnect_backoff{.first = std::chrono::milliseconds(50),
                                           .longest = std::chrono::seconds(5)};

bool is_same(const server_address& one, const server_address& other) noexcept {
  return one.host == other.host && one.port == other.port;
}

}  // namespace

server_pool::server_pool(std::vector<server_address> configured, std::uint64_t random,
                         delay_function delay)
    : delay_(std::move(delay)) {
  for (server_address& one : configured) entries_.push_back({.server = std::move(one)});
  WEIR_ASSERT(!entries_.empty());
  std::mt19937_64 order(random);
  std::shuffle(entries_.begin() + 1, entries_.end(), order);
}

server_pool::entry* server_pool::find(const server_address& server) noexcept {
  const auto found =
      std::ranges::find_if(entries_, [&](const entry& one) { return is_same(one.server, server); });
  return found == entries_.end() ? nullptr : &*found;
}

server_pool::choice server_pool::next(time_point now) {
  std::size_t best = turn_ % entries_.size();
  for (std::size_t step = 0; step < entries_.size(); ++step) {
    const std::size_t at = (turn_ + step) % entries_.size();
    // The first whose time has come; else the one whose time comes first.
    if (entries_[at].not_before <= now) {
      best = at;
      break;
    }
    if (entries_[at].not_before < entries_[best].not_before) best = at;
  }
  turn_ = best + 1;
  return {.server = entries_[best].server, .at = std::max(now, entries_[best].not_before)};
}

std::vector<server_address> server_pool::others(const server_address& than) const {
  std::vector<server_address> all;
  for (std::size_t step = 0; step < entries_.size(); ++step) {
    const server_address& one = entries_[(turn_ + step) % entries_.size()].server;
    if (!is_same(one, than)) all.push_back(one);
  }
  return all;
}

void server_pool::was_good(const server_address& server, time_point now) noexcept {
  if (entry* const known = find(server)) {
    known->failures = 0;
    known->not_before = now;
  }
}

void server_pool::failed(const server_address& server, time_point now,
                         std::uint64_t random) noexcept {
  entry* const known = find(server);
  if (known == nullptr) return;
  const unsigned failures = ++known->failures;
  known->not_before =
      now + (delay_ ? delay_(failures) : backoff(reconnect_backoff, failures - 1, random));
}

void server_pool::learn(const std::vector<std::string>& known, const server_address& like) {
  std::vector<server_address> told;
  for (const std::string& text : known) {
    try {
      told.push_back(parse_servers(text).front());
    } catch (const error&) {
      continue;  // What a server calls a server need not be one for this client.
    }
    told.back().user = like.user;
    told.back().password = like.password;
    told.back().tls = like.tls;
    // Whoever can write into an INFO that is not encrypted could name a server of his own, with a
    // certificate of his own.
    told.back().certificate_name = like.verified_name();
  }
  if (told.empty()) return;  // It knows of none, not even of itself.
  const std::string next = entries_[turn_ % entries_.size()].server.shown();
  std::erase_if(entries_, [&](const entry& one) {
    return !one.is_configured && !is_same(one.server, like) &&
           std::ranges::none_of(told, [&](const auto& is) { return is_same(is, one.server); });
  });
  for (server_address& one : told) {
    if (entries_.size() == servers_max || find(one) != nullptr) continue;
    entries_.push_back({.server = std::move(one), .is_configured = false});
  }
  turn_ = 0;
  for (std::size_t at = 0; at < entries_.size(); ++at)
    if (entries_[at].server.shown() == next) turn_ = at;
}

}  // namespace weir::nats::detail
