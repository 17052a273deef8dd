// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "amounts.hpp"
#include "nats.hpp"

namespace weir::doctor {
namespace {

using namespace std::chrono_literals;

constexpr const char* subject = "nats";
constexpr nats::server_version oldest{2, 9, 0};
constexpr nats::server_version recent{2, 10, 0};
constexpr auto publish_horizon = 30s;  // publish_options::timeout
constexpr auto sync_wished = 10s;
constexpr auto clock_tolerance = 1s;
constexpr double nearly_full = 0.8;
constexpr std::size_t cluster_min = 3;

bool is_local(std::string_view url) {
  return url.find("127.0.0.1") != url.npos || url.find("localhost") != url.npos ||
         url.find("[::1]") != url.npos;
}

finding judge_version(const nats_facts& seen) {
  const std::string what = "nats-server " + seen.server.version.text() + " at " + seen.url;
  if (seen.server.version < oldest) {
    return {severity::problem, subject, what + " is older than weir knows", "upgrade to 2.10"};
  }
  if (seen.server.version < recent) {
    return {severity::note, subject, what,
            "2.10 brings metadata, compression and filters of several subjects; 2.11 pauses"};
  }
  return {severity::good, subject, what};
}

finding judge_encryption(const nats_facts& seen) {
  if (seen.server.tls) return {severity::good, subject, "the connection is encrypted"};
  const bool local = is_local(seen.url);
  return {local ? severity::note : severity::warning, subject,
          "the connection is not encrypted: who sees the network reads every message",
          "give the server certificates (tls {}), and services a URL with tls://"};
}

finding judge_login(const nats_facts& seen) {
  if (seen.server.auth_required) return {severity::good, subject, "the server asks for a login"};
  const bool local = is_local(seen.url);
  return {local ? severity::note : severity::warning, subject,
          "the server asks for no login: who reaches its port may read, publish and delete",
          "configure authorization {} or accounts {} in nats-server.conf"};
}

finding judge_share(std::string_view what, std::uint64_t used, std::int64_t limit) {
  if (limit <= 0) {
    return {severity::good, subject, fmt::format("{}: {}, no limit", what, used)};
  }
  const double share = static_cast<double>(used) / static_cast<double>(limit);
  std::string text = fmt::format("{}: {} of {}, {:.0f} %", what, used, limit, share * 100);
  if (share < nearly_full) return {severity::good, subject, std::move(text)};
  return {severity::warning, subject, std::move(text),
          "raise the account's limit, or give streams a max_age or max_bytes: when it is reached, "
          "nothing can be published"};
}

void judge_account(const nats_facts& seen, findings& into) {
  if (!seen.server.jetstream) {
    into.push_back({severity::problem, subject, "JetStream is not enabled",
                    "start the server with -js, or with jetstream {} in its configuration"});
    return;
  }
  if (!seen.account) {
    into.push_back({severity::problem, subject,
                    "JetStream does not answer this account: " + seen.account_failure,
                    "enable it for the account, and allow its user to use $JS.API.>"});
    return;
  }
  const nats::account_info& account = *seen.account;
  into.push_back({severity::good, subject, "JetStream is enabled"});
  into.push_back(
      judge_share("bytes in files", account.storage_bytes, account.limits.storage_bytes));
  into.push_back(judge_share("streams", account.streams, account.limits.streams));
}

void judge_monitor(const nats_facts& seen, findings& into) {
  if (!seen.monitor) {
    into.push_back({severity::note, subject,
                    seen.monitor_failure.empty()
                        ? "sync_interval and the server's clock were not looked at"
                        : "the monitoring page cannot be read: " + seen.monitor_failure,
                    "start the server with -m 8222, and say --monitor http://127.0.0.1:8222"});
    return;
  }
  const monitor_facts& page = *seen.monitor;
  if (page.sync_always.value_or(false)) {
    into.push_back({severity::good, subject, "every message is synced before it is confirmed"});
  } else if (!page.sync_interval) {
    into.push_back({severity::note, subject,
                    "the server does not tell its sync_interval; unless set it is two minutes",
                    "set sync_interval in jetstream {}: a machine that loses power loses what came "
                    "since the last sync, confirmed or not"});
  } else {
    const bool is_long = *page.sync_interval > sync_wished;
    into.push_back({is_long ? severity::warning : severity::good, subject,
                    "sync_interval is " + tools::text_of_span(*page.sync_interval),
                    is_long
                        ? "a machine that loses power loses what came since the last sync, "
                          "confirmed or not: set sync_interval in jetstream {} (10s, or always), "
                          "or have three replicas on machines that do not fail together"
                        : ""});
  }
  if (!page.clock_ahead) return;
  const duration off = std::max(*page.clock_ahead, -*page.clock_ahead);
  const bool is_off = off > clock_tolerance;
  into.push_back(
      {is_off ? severity::warning : severity::good, subject,
       "its clock and ours differ by " + tools::text_of_span(off),
       is_off ? "let a time service keep both: ages and expiries are told by them" : ""});
}

finding judge_replicas(const std::string& about, const nats_facts& seen,
                       const nats::stream_info& info) {
  const int replicas = info.config.replicas.value_or(1);
  const bool has_cluster = seen.server.cluster_servers.size() >= cluster_min;
  if (replicas >= 3) {
    return {severity::good, about, fmt::format("{} replicas", replicas)};
  }
  return {has_cluster ? severity::warning : severity::note, about,
          fmt::format("{} replica{}: the stream stands still while a server does, and is lost with "
                      "its disk",
                      replicas, replicas == 1 ? "" : "s"),
          has_cluster ? "set replicas to 3" : "a cluster of three servers keeps three replicas"};
}

void judge_copies(const std::string& about, const nats::stream_info& info, findings& into) {
  if (!info.cluster.name.empty() && info.cluster.leader.empty()) {
    into.push_back({severity::problem, about, "it has no leader now, so it takes and gives nothing",
                    "see which of its servers are down"});
  }
  for (const nats::cluster_peer& peer : info.cluster.replicas) {
    if (!peer.is_offline && peer.is_current) continue;
    into.push_back(
        {severity::warning, about,
         fmt::format("its copy on {} is {}", peer.name,
                     peer.is_offline ? "offline" : fmt::format("{} operations behind", peer.lag)),
         "see that server's log; until it is back one failure less is survived"});
  }
}

void judge_limits(const std::string& about, const nats::stream_config& is, findings& into) {
  if (is.storage == nats::storage_type::memory) {
    into.push_back({severity::warning, about, "it is in memory: a restart of the server empties it",
                    "make it anew with storage file"});
  }
  const bool is_bounded = is.max_age.value_or(0s) > 0s || is.max_bytes.value_or(-1) > 0 ||
                          is.max_messages.value_or(-1) > 0;
  const bool keeps_all =
      is.retention.value_or(nats::retention_policy::limits) == nats::retention_policy::limits;
  if (keeps_all && !is_bounded) {
    into.push_back({severity::warning, about, "nothing bounds it: it grows until the disk is full",
                    "set max_age, or max_bytes"});
  }
}

finding judge_window(const std::string& about, const stream_facts& of, duration longest) {
  const duration window = of.info.config.duplicate_window.value_or(0s);
  const std::string what = "duplicate window " + tools::text_of_span(window);
  if (window < publish_horizon) {
    return {severity::warning, about,
            what + " is shorter than a publisher tries (30 s): a message may be stored twice",
            "set duplicate_window to 2m or more"};
  }
  if (window < longest) {
    return {severity::note, about,
            fmt::format("{}; a consumer may deliver a message again for {}, and what its handler "
                        "publishes then is stored twice",
                        what, tools::text_of_span(longest)),
            "handle with durable::once(), which remembers in the database, or set duplicate_window "
            "above that"};
  }
  return {severity::good, about, what};
}

void judge_consumer(const nats::consumer_info& of, findings& into) {
  const std::string about = "consumer " + of.stream + " > " + of.name;
  if (of.is_paused) {
    into.push_back({severity::note, about,
                    "it is paused for " + tools::text_of_span(of.pause_remaining),
                    fmt::format("'weir consumer resume {} {}' ends that", of.stream, of.name)});
  }
  const bool is_full = of.max_ack_pending > 0 && of.pending > 0 &&
                       of.ack_pending >= static_cast<std::uint64_t>(of.max_ack_pending);
  if (is_full) {
    into.push_back(
        {severity::warning, about,
         fmt::format("{} messages are in hand, which is its max_ack_pending: {} more wait",
                     of.ack_pending, of.pending),
         "see whether the service is stuck (/debug/tasks); else raise the limit"});
  }
  if (of.pending > 0 && of.waiting_pulls == 0 && of.ack_pending == 0 && !of.is_paused) {
    into.push_back({severity::warning, about,
                    fmt::format("{} messages wait, and nobody pulls", of.pending),
                    "start its service; delete the consumer if no service has it any more"});
  }
}

}  // namespace

std::optional<duration> retry_horizon(const nats::consumer_info& of) {
  constexpr std::int64_t deliveries_max = 10'000;  // of more nobody knows the end
  if (of.max_deliver <= 0 || of.max_deliver > deliveries_max) return std::nullopt;
  duration total{};
  for (std::int64_t at = 0; at + 1 < of.max_deliver; ++at) {
    const auto& waits = of.config.backoff;
    const auto place = std::min(static_cast<std::size_t>(at), waits.empty() ? 0 : waits.size() - 1);
    total += waits.empty() ? of.ack_wait : waits[place];
  }
  return total;
}

findings judge(const nats_facts& seen) {
  findings all;
  all.push_back(judge_version(seen));
  all.push_back(judge_encryption(seen));
  all.push_back(judge_login(seen));
  judge_account(seen, all);
  judge_monitor(seen, all);
  duration longest{};
  for (const stream_facts& one : seen.streams) {
    for (const nats::consumer_info& reader : one.consumers) {
      longest = std::max(longest, retry_horizon(reader).value_or(duration::zero()));
    }
  }
  for (const stream_facts& one : seen.streams) {
    const std::string about = "stream " + one.info.name;
    all.push_back(judge_replicas(about, seen, one.info));
    judge_copies(about, one.info, all);
    judge_limits(about, one.info.config, all);
    all.push_back(judge_window(about, one, longest));
    for (const nats::consumer_info& reader : one.consumers) judge_consumer(reader, all);
  }
  if (seen.has_more_streams) {
    all.push_back({severity::note, subject, "only the first 1000 streams were looked at"});
  }
  return all;
}

}  // namespace weir::doctor
