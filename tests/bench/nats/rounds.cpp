// SPDX-License-Identifier: Apache-2.0
#include "rounds.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "neighbour.hpp"
#include "servers/nats_server.hpp"
#include "sides.hpp"
#include "trial.hpp"
#include "weir/blocking.hpp"
#include "weir/process.hpp"
#include "weir/timeout.hpp"

namespace weir::bench {
namespace {

using weir_side = task<cost> (*)(bench_server, traffic);
using blocking_side = cost (*)(const bench_server&, const traffic&);

/// Something that all sides can do.
struct discipline {
  kind what;
  const char* name;
  const char* go_name;
  weir_side ours;
  blocking_side raw;
  blocking_side cnats;
};

#if WEIR_BENCH_CNATS
constexpr blocking_side cnats_fetches = cnats_fetch;
constexpr blocking_side cnats_publishes = cnats_publish;
constexpr blocking_side cnats_publishes_core = cnats_core_publish;
constexpr blocking_side cnats_subscribes_core = cnats_core_subscribe;
constexpr blocking_side cnats_asks = cnats_request;
#else
constexpr blocking_side cnats_fetches = nullptr;
constexpr blocking_side cnats_publishes = nullptr;
constexpr blocking_side cnats_publishes_core = nullptr;
constexpr blocking_side cnats_subscribes_core = nullptr;
constexpr blocking_side cnats_asks = nullptr;
#endif

constexpr discipline disciplines[] = {
    {kind::fetch, "fetch and ack", "fetch", weir_fetch, raw_fetch, cnats_fetches},
    {kind::publish, "publish and PubAck", "publish", weir_publish, raw_publish, cnats_publishes},
    {kind::core_publish, "core publish", "core-publish", weir_core_publish, raw_core_publish,
     cnats_publishes_core},
    {kind::core_subscribe, "core subscribe", "core-subscribe", weir_core_subscribe,
     raw_core_subscribe, cnats_subscribes_core},
    {kind::request, "request", "request", weir_request, raw_request, cnats_asks},
};

neighbour neighbour_of(kind what) noexcept {
  if (what == kind::core_subscribe) return neighbour::feeder;
  return what == kind::request ? neighbour::answerer : neighbour::none;
}

/// The two numbers that the Go program prints.
cost read_report(const std::string& text) {
  cost read;
  const auto first = std::from_chars(text.data(), text.data() + text.size(), read.figure);
  const auto second = first.ptr == text.data() + text.size()
                          ? first
                          : std::from_chars(first.ptr + 1, text.data() + text.size(), read.cpu_us);
  if (first.ec == std::errc() && second.ec == std::errc() && read.cpu_us > 0) return read;
  throw error(errc::protocol, disposition::permanent,
              "the Go peer printed '" + text + "' in place of two numbers");
}

task<cost> run_go(std::string program, std::string what, bench_server at, traffic of) {
  process peer = process::spawn({.program = std::move(program),
                                 .arguments = {at.url, std::move(what), std::to_string(of.messages),
                                               std::to_string(of.bytes)},
                                 .environment = {},
                                 .capture_output = true});
  const auto line = co_await peer.output().read_line();
  const exit_status ended = co_await peer.wait();
  if (line && ended.success()) co_return read_report(*line);
  throw error(errc::protocol, disposition::permanent, "the Go peer " + ended.text());
}

task<cost> run_blocking(blocking_side does, bench_server at, traffic of) {
  return as_task(blocking([does, at, of] { return does(at, of); }));
}

/// One run, with what must be there before and what must hold after.
task<cost> run_trial(nats::connection& control, const contest& in, const side& who) {
  const nats::jetstream js(control);
  if (in.is_jetstream()) co_await make_stream(js, in.of);
  if (in.what == kind::fetch) co_await fill_stream(js, in.of);
  std::optional<process> other;
  if (const neighbour wanted = neighbour_of(in.what); wanted != neighbour::none)
    other.emplace(co_await start_neighbour(wanted, in.at, in.of));
  const cost spent = co_await who.measure();
  if (in.what == kind::fetch) co_await require_finished(js, in.of);
  if (in.what == kind::publish) co_await require_stored(js, in.of);
  co_return spent;
}

std::string name_of(const discipline& one, const traffic& of) {
  std::string name = std::string(one.name) + ", " + std::to_string(of.bytes) + " B";
  if (one.what != kind::fetch && one.what != kind::publish) return name;
  return name + (of.storage == nats::storage_type::file ? ", file" : ", memory");
}

contest make_contest(const discipline& one, const traffic& of, const bench_server& at,
                     const std::string& go_peer) {
  contest made{.name = name_of(one, of),
               .ours = {"weir", [=] { return one.ours(at, of); }},
               .peers = {},
               .what = one.what,
               .at = at,
               .of = of};
  made.peers.push_back({raw_name, [=] { return run_blocking(one.raw, at, of); }});
  if (one.cnats != nullptr)
    made.peers.push_back({cnats_name, [=] { return run_blocking(one.cnats, at, of); }});
  if (!go_peer.empty())
    made.peers.push_back({go_name, [=] { return run_go(go_peer, one.go_name, at, of); }});
  return made;
}

std::vector<contest> make_contests(const bench_plan& plan, const bench_server& at) {
  using enum nats::storage_type;
  std::vector<contest> made;
  for (const discipline& one : disciplines) {
    for (const std::size_t bytes : {128, 1024}) {
      for (const nats::storage_type storage : {file, memory}) {
        const bool is_jetstream = one.what == kind::fetch || one.what == kind::publish;
        if (!is_jetstream && storage == memory) continue;
        // A question is asked when the one before is answered: of all others there are many.
        const std::uint64_t messages = one.what == kind::request
                                           ? std::max<std::uint64_t>(plan.messages / 20, 1)
                                           : plan.messages;
        const traffic of{.storage = storage, .bytes = bytes, .messages = messages};
        made.push_back(make_contest(one, of, at, plan.go_peer));
      }
    }
  }
  return made;
}

side& side_of(contest& in, std::size_t number) {
  return number == 0 ? in.ours : in.peers[number - 1];
}

/// A side is first in one round and last in another: what the server still does of the run before,
/// or begins anew, falls upon each of them.
task<> run_round(nats::connection& control, contest& all, std::uint64_t round) {
  const std::size_t sides = 1 + all.peers.size();
  for (std::size_t turn = 0; turn < sides; ++turn) {
    side& who = side_of(all, (round + turn) % sides);
    who.rounds.push_back(co_await run_trial(control, all, who));
  }
}

task<> run_rounds(nats::connection& control, const bench_plan& plan, std::vector<contest>& all) {
  for (std::uint64_t round = 1; round <= plan.rounds; ++round) {
    for (contest& one : all) co_await run_round(control, one, round);
    std::printf("round %llu of %llu done\n", static_cast<unsigned long long>(round),
                static_cast<unsigned long long>(plan.rounds));
    std::fflush(stdout);
  }
}

}  // namespace

task<std::vector<contest>> run_contests(bench_plan plan) {
  servers::nats_server server;
  server.start();
  auto all = make_contests(plan, {.url = server.url(), .port = server.port()});
  nats::connection_options options;
  options.url = server.url();
  nats::connection control(options);
  const auto done = co_await run_rounds(control, plan, all).as_result();
  co_await control.close();
  done.value();
  co_return all;
}

}  // namespace weir::bench
