// SPDX-License-Identifier: Apache-2.0
#include "consumer.hpp"

#include <algorithm>
#include <cctype>

#include "message_ids.hpp"
#include "weir/observe/log.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::detail {
namespace {

/// A stream of its own for each dead-letter subject: "dlq.orders" is kept by DLQ_ORDERS.
std::string dead_letter_stream(std::string_view subject) {
  std::string name(subject);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return name;
}

void set_start(nats::consumer_config& with, const delivery_start& start) {
  using kind = delivery_start::kind;
  switch (start.from) {
    case kind::all:
      with.deliver = nats::deliver_policy::all;
      break;
    case kind::last:
      with.deliver = nats::deliver_policy::last;
      break;
    case kind::new_messages:
      with.deliver = nats::deliver_policy::new_messages;
      break;
    case kind::sequence:
      with.deliver = nats::deliver_policy::by_start_sequence;
      with.start_sequence = start.sequence;
      break;
    case kind::time:
      with.deliver = nats::deliver_policy::by_start_time;
      with.start_time = start.time;
      break;
  }
}

/// Makes a stream that does not exist. One that exists belongs to whoever made it: it is left as it
/// is, and must take the subject.
task<> make_if_missing(nats::jetstream& jetstream, nats::stream_config wanted,
                       std::string_view subject) {
  const auto found = co_await jetstream.stream_info(wanted.name).as_result();
  if (!found.has_value() && !found.error().is(errc::not_found)) throw found.error();
  if (!found.has_value()) {
    co_await jetstream.ensure_stream(std::move(wanted));
    co_return;
  }
  for (const auto& pattern : found->subjects) {
    if (subject_covers(pattern, subject)) co_return;
  }
  throw error(errc::conflict, disposition::permanent,
              "stream '" + wanted.name + "' exists and does not take the subject '" +
                  std::string(subject) + "'; add it to the stream's subjects");
}

/// The same for dead letters, which any stream may take.
task<> make_dead_letter_stream(nats::jetstream& jetstream, const std::string& subject) {
  nats::stream_config letters;
  letters.name = dead_letter_stream(subject);
  letters.subjects.push_back(subject);
  const auto own = co_await make_if_missing(jetstream, letters, subject).as_result();
  if (own) co_return;
  // Another one takes the subject already, or the name is another's.
  if (own.error().disposition() != disposition::permanent) throw own.error();
  auto takers = jetstream.stream_names(subject);
  const auto taker = co_await takers.next().as_result();
  if (!taker || !*taker) throw own.error();
}

/// A key stands in an index of PostgreSQL, as ids do.
std::string checked_key(std::string key) {
  if (key.size() <= message_id_bytes_max) return key;
  throw error(errc::invalid_argument, disposition::poison,
              "the event's key has " + std::to_string(key.size()) + " bytes; it may have " +
                  std::to_string(message_id_bytes_max));
}

}  // namespace

consumer::consumer(const service::registration& registered, const dependencies& on)
    : registered_(registered),
      on_(on),
      gate_(registered.policy, on.jetstream, giving_way_,
            [this](std::size_t width) {
              if (source_) source_->limit(width);
            }),
      given_back_(on.jetstream, std::string(entry().stream) + '/' + policy().name()) {
  const bool has_database = entry().kind != handler_kind::plain;
  if (has_database && policy().is_once()) {
    inbox_.emplace(*on.database, std::string(entry().stream) + '/' + policy().name(),
                   policy().kept());
  }
  if (policy().version().number != nullptr) {
    versions_.emplace(*on.database, std::string(entry().stream) + '/' + policy().name());
  }
  if (policy().deduplicates()) {
    handled_.emplace(policy().remembers(), std::string(entry().stream) + '/' + policy().name());
  }
  if (policy().is_leader_only()) {
    leadership_.emplace(on.jetstream, std::string(entry().stream) + '/' + policy().name());
  }
  // Behind one key that is retried a quarter of the workers may wait.
  if (policy().key().of != nullptr) lanes_.emplace(policy().workers() / 4 + 1);
  if (policy().dead_letter().empty()) return;
  given_up_by_server_.emplace(
      registered,
      given_up_by_server::dependencies{
          .jetstream = on.jetstream,
          .handled = inbox_ ? &*inbox_ : nullptr,
          .statistics = on.statistics,
          .is_in_hand = [this](std::uint64_t sequence) { return has_in_hand(sequence); },
      });
}

task<> consumer::open() {
  const auto* subjects = entry().stream_subjects;
  nats::stream_config own_stream;
  own_stream.name = entry().stream;
  own_stream.subjects.assign(subjects, subjects + entry().stream_subject_count);
  co_await make_if_missing(on_.jetstream, std::move(own_stream), entry().subject);

  if (!policy().dead_letter().empty()) {
    co_await make_dead_letter_stream(on_.jetstream, policy().dead_letter());
  }

  if (handled_) co_await handled_->open(on_.jetstream);

  nats::consumer_config own;
  own.durable = policy().name();
  own.filter_subject = entry().subject;
  const auto found =
      co_await on_.jetstream.consumer_info(std::string(entry().stream), policy().name())
          .as_result();
  if (!found.has_value() && !found.error().is(errc::not_found)) throw found.error();
  if (!found.has_value()) set_start(own, policy().start());
  own.ack_wait = policy().ack_wait();
  // The service counts attempts; the server must never give a message up behind its back.
  own.max_deliver = -1;
  own.max_ack_pending = static_cast<std::int64_t>(durable::workers_max);
  const auto known =
      co_await on_.jetstream.ensure_consumer(std::string(entry().stream), std::move(own));
  tell_of_lifted_limit(known);
  if (given_up_by_server_) co_await given_up_by_server_->open();
  if (!leadership_) co_await open_source();
}

task<> consumer::open_source() {
  nats::pull_options how;
  how.slots = policy().workers();
  how.on_left = [this](nats::delivery left) {
    giving_back_.spawn(give_back_left(std::move(left)));
  };
  source_.emplace(co_await nats::pull_source::open(on_.jetstream, std::string(entry().stream),
                                                   policy().name(), std::move(how)));
  source_->limit(gate_.width());
  const nats::consumer_info& known = source_->consumer();
  if (lanes_ && known.ack_pending > 0) hold_for_predecessor(known);
  if (!giving_way_.is_set()) co_return;
  source_->stop();
  if (lanes_) lanes_->release();
}

task<> consumer::run() {
  scope upkeep;
  if (given_up_by_server_) upkeep.spawn(given_up_by_server_->run());
  std::exception_ptr failure;
  try {
    if (leadership_) {
      co_await consume_while_leading();
    } else {
      co_await consume();
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await upkeep.close();
  if (given_up_by_server_) co_await given_up_by_server_->close();
  ended_.set();
  if (failure) std::rethrow_exception(failure);
}

/// Handles what the source gives until that has ended.
task<> consumer::consume() {
  if (!source_) co_return;  // Drained before it was opened.
  if (entry().kind == handler_kind::unit) group_.emplace(*on_.database);
  scope upkeep;
  upkeep.spawn(renew_leases());
  if (inbox_) upkeep.spawn(inbox_->keep_short());
  if (lanes_ && lanes_->is_held()) upkeep.spawn(wait_for_predecessor());
  workers_.emplace();
  if (entry().kind == handler_kind::batch) {
    workers_->spawn(work_in_batches());
  } else {
    for (std::size_t count = 0; count < policy().workers(); ++count) workers_->spawn(work());
  }
  std::exception_ptr failure;
  try {
    co_await workers_->join();
  } catch (...) {
    failure = std::current_exception();
  }
  co_await source_->close();
  co_await giving_back_.join();
  if (lanes_) co_await note_those_away();
  co_await upkeep.close();
  if (group_) co_await group_->close();
  if (failure) std::rethrow_exception(failure);
}

task<bool> consumer::is_done() {
  if (source_ && source_->unfinished() > 0) co_return false;
  const auto now =
      co_await on_.jetstream.consumer_info(std::string(entry().stream), policy().name());
  if (now.pending > 0 || now.ack_pending > 0) co_return false;
  if (!given_up_by_server_) co_return true;
  co_return co_await given_up_by_server_->is_done();
}

task<std::unique_ptr<job>> consumer::accept(nats::delivery delivered) {
  auto taken = std::make_unique<job>(std::move(delivered));
  running_.push_back(*taken);
  if (lanes_) note_arrival(*taken);
  const auto now = loop::current().driver().wall_clock();
  if (now - taken->message.info().time > policy().expiry()) {
    end_expired(*taken);
    co_return nullptr;
  }
  std::optional<error> unreadable;
  try {
    taken->event = entry().decode(taken->message.payload());
    if (lanes_) taken->key = checked_key(policy().key().of(taken->event.get()));
    if (versions_) checked_key(policy().version().key.of(taken->event.get()));
    if (policy().id().of != nullptr) taken->identify(policy().id().of(taken->event.get()));
  } catch (const error& failure) {
    unreadable = failure;
  }
  if (!unreadable) co_return taken;
  co_await settle_failure(*taken, *unreadable);
  co_return nullptr;
}

task<> consumer::renew_leases() {
  // Long before the server would deliver again what still runs here.
  const duration interval = policy().ack_wait() / 3;
  for (;;) {
    co_await sleep(interval);
    if (lanes_) lanes_->forget_lost();
    const auto before = loop::current().now() - interval;
    running_.for_each([before](job& held) {
      if (!held.message.is_finished() && held.message.leased_at() < before) {
        held.message.in_progress();
      }
    });
  }
}

bool consumer::has_in_hand(std::uint64_t sequence) {
  bool is_here = false;
  running_.for_each([&](job& held) {
    is_here =
        is_here || (held.message.info().stream_sequence == sequence && !held.message.is_finished());
  });
  return is_here;
}

void consumer::stop_intake() noexcept {
  draining_.set();
  giving_way_.set();
  if (source_) source_->stop();
  if (given_up_by_server_) given_up_by_server_->stop();
  if (lanes_) lanes_->release();  // Who waits is woken, and gives its message back.
}

task<> consumer::drain(duration limit) {
  const auto ended = co_await with_timeout(limit, ended_.wait()).as_result();
  if (ended.has_value()) co_return;
  log_warning("consumer '" + policy().name() +
              "': " + std::to_string(source_ ? source_->unfinished() : 0) +
              " messages were not done in time; they are cancelled and given back");
  if (workers_) workers_->request_stop();
}

}  // namespace weir::detail
