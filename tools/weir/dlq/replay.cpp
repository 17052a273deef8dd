// SPDX-License-Identifier: Apache-2.0
#include "replay.hpp"

#include <fmt/format.h>

#include "printable.hpp"
#include "progress_line.hpp"
#include "replayed_message.hpp"
#include "route.hpp"
#include "scan.hpp"
#include "stored_letter.hpp"
#include "streams.hpp"
#include "weir/rate_limiter.hpp"
#include "weir/timeout.hpp"
#include "weir/when_any.hpp"

namespace weir::dlq {
namespace {

using namespace std::chrono_literals;

/// So many letters are told of one by one; after that the numbers at the end say it.
constexpr std::uint64_t lines_max = 1000;

/// So many sets of other consumers are told of.
constexpr std::size_t notes_max = 20;

/// What a letter's replay ends with where it is not replayed, and the next one may be.
error refusal(const std::string& why) { return {errc::conflict, disposition::permanent, why}; }

/// One replay from its first letter to its last.
class replayer {
 public:
  replayer(nats::jetstream on, const replay_options& wanted, tools::interruption& stop,
           std::ostream& out)
      : on_(on), wanted_(wanted), stop_(stop), out_(out), routes_(on), pace_(wanted.rate, 1s, 1) {}

  task<replay_outcome> run() {
    stream_ = co_await choose_stream(on_, wanted_.stream);
    if (!wanted_.sequences.empty()) {
      outcome_.selected = wanted_.sequences.size();
      co_await replay_named();
    } else if (co_await count()) {
      co_await replay_all();
    } else {
      outcome_.was_stopped = true;
      out_ << "stopped while the letters were counted; nothing was replayed\n";
      co_return outcome_;
    }
    progress_.clear();
    print_totals();
    co_return outcome_;
  }

 private:
  bool is_wanted(const scanned& one) const {
    return one.found.has_value() && wanted_.only.fits(*one.found);
  }

  /// First, so that the end can tell how many are left. False when it was interrupted.
  task<bool> count() {
    progress_.show("counting the letters");
    auto messages = scan(on_, stream_.name, stream_.last_sequence);
    while (const auto next = co_await messages.next()) {
      if (stop_.is_wanted()) break;
      if (is_wanted(*next)) ++outcome_.selected;
    }
    progress_.clear();
    co_return !stop_.is_wanted();
  }

  task<> replay_all() {
    auto messages = scan(on_, stream_.name, stream_.last_sequence);
    while (const auto next = co_await messages.next()) {
      if (!is_wanted(*next)) continue;
      const bool goes_on = co_await replay_one(next->sequence, false);
      if (!goes_on) break;
      if (lines_ > lines_max) progress_.show("replaying", done(), outcome_.selected);
    }
    // Deleted by others between the two scans, where nothing stopped this one.
    if (!outcome_.was_stopped) outcome_.gone += outcome_.left();
  }

  std::uint64_t done() const noexcept { return outcome_.selected - outcome_.left(); }

  task<> replay_named() {
    for (const std::uint64_t sequence : wanted_.sequences) {
      const bool goes_on = co_await replay_one(sequence, true);
      if (!goes_on) break;
    }
  }

  /// False where the next letter must not be tried.
  task<bool> replay_one(std::uint64_t sequence, bool is_named) {
    if (!wanted_.dry_run) co_await wait_turn();
    if (stop_.is_wanted()) {
      outcome_.was_stopped = true;
      co_return false;
    }
    const auto done = co_await try_one(sequence, is_named).as_result();
    if (done.has_value()) co_return true;
    if (done.error().is_cancelled()) throw done.error();
    if (done.error().disposition() == disposition::retry) {
      outcome_.was_stopped = true;
      out_ << fmt::format("stopped at {}:{}: {}. The same command goes on with the rest\n",
                          stream_.name, sequence, tools::printable(done.error().message()));
      co_return false;
    }
    ++outcome_.refused;
    tell(fmt::format("refused {}:{}: {}", stream_.name, sequence, done.error().message()));
    co_return true;
  }

  task<> wait_turn() {
    // A signal does not wait for a slow rate.
    static_cast<void>(co_await when_any(pace_.acquire(), as_task(stop_.wanted.wait())));
  }

  task<> try_one(std::uint64_t sequence, bool is_named) {
    // From the leader and not from the scan, which is ahead: it may be gone by now.
    const auto read = co_await read_stored(on_, stream_.name, sequence);
    if (!read && is_named) {
      throw refusal("it is not there: replayed already, deleted, or never there");
    }
    if (!read) {
      ++outcome_.gone;
      co_return;
    }
    if (!wanted_.only.fits(read->about)) throw refusal("it is not what --cause and --subject say");
    co_await check_route(read->about);
    if (!read->about.is_cut()) {
      co_await publish(read->about, read->message);
      co_return;
    }
    const auto original = co_await read_original(on_, read->about);
    if (!original) {
      throw refusal(fmt::format(
          "it has {} of {} bytes only, because the message was too large for a letter, and stream "
          "{} has the message no more; publish it from where it came from",
          read->message.payload.size(), *read->about.whole_body_bytes, read->about.from_stream));
    }
    co_await publish(read->about, *original);
  }

  task<> check_route(const letter& of) {
    auto to = co_await routes_.find(of.subject);
    if (to.stream.empty()) {
      throw refusal("no stream takes " + of.subject + " any more; make it, or purge the letter");
    }
    to.consumers.erase(of.consumer);
    std::string names;
    for (const auto& name : to.consumers) names += (names.empty() ? "" : ", ") + name;
    // Once for many subjects that have the same consumers.
    if (names.empty() || told_of_.size() >= notes_max || !told_of_.insert(names).second) co_return;
    out_ << tools::printable(fmt::format("note: other consumers of {} get the message again, as a "
                                         "new one: {}",
                                         of.subject, names))
         << '\n';
  }

  task<> publish(const letter& of, const nats::stored_message& what) {
    if (wanted_.dry_run) {
      ++outcome_.replayed;
      tell(fmt::format("would replay {} on {}", place_of(of), of.subject));
      co_return;
    }
    const nats::subject to(of.subject);
    const replayed_message message = make_replayed(of, what.headers);
    nats::publish_options how;
    how.msg_id = message.id;
    how.headers = &message.headers;
    const auto stored = co_await on_.publish(to, what.payload, how);
    ++outcome_.replayed;
    if (stored.duplicate) ++outcome_.repeated;
    tell(fmt::format("replayed {} on {} as {}:{}{}", place_of(of), of.subject, stored.stream,
                     stored.sequence, stored.duplicate ? ", where it was already" : ""));
    if (!wanted_.keep) co_await remove(of);
  }

  task<> remove(const letter& of) {
    const auto removed =
        co_await delete_stored(on_, of.at.stream, of.at.sequence, nats::erasure::unlink)
            .as_result();
    if (removed.has_value()) co_return;
    // Whatever the reason is, the next letter would meet it, and be replayed by the next run, too.
    throw error(removed.error().is_cancelled() ? errc::cancelled : errc::unavailable,
                removed.error().is_cancelled() ? disposition::cancelled : disposition::retry,
                place_of(of) + " was replayed and could not be deleted: " +
                    removed.error().message() + "; delete it with 'weir dlq purge'");
  }

  void print_totals() {
    out_ << fmt::format("{}{} replayed, {} refused, {} left", wanted_.dry_run ? "would be: " : "",
                        outcome_.replayed, outcome_.refused, outcome_.left());
    if (outcome_.repeated > 0) out_ << "; " << outcome_.repeated << " had been replayed before";
    if (outcome_.gone > 0) out_ << "; " << outcome_.gone << " were gone meanwhile";
    out_ << '\n';
  }

  void tell(const std::string& line) {
    if (++lines_ <= lines_max) out_ << tools::printable(line) << '\n' << std::flush;
    if (lines_ == lines_max) out_ << "more than that is counted at the end\n";
  }

  nats::jetstream on_;
  const replay_options& wanted_;
  tools::interruption& stop_;
  std::ostream& out_;
  route_book routes_;
  rate_limiter pace_;
  letter_stream stream_;
  std::set<std::string> told_of_;
  tools::progress_line progress_;
  std::uint64_t lines_ = 0;
  replay_outcome outcome_;
};

}  // namespace

task<replay_outcome> replay(nats::jetstream on, replay_options wanted, tools::interruption& stop,
                            std::ostream& out) {
  replayer run(on, wanted, stop, out);
  co_return co_await run.run();
}

}  // namespace weir::dlq
