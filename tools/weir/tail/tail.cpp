// SPDX-License-Identifier: Apache-2.0
#include "tail.hpp"

#include <algorithm>

#include "shown_message.hpp"
#include "weir/nats/ordered_consumer.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/scope.hpp"

namespace weir::tools {
namespace {

timestamp now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// Prints, and counts up to the limit.
class printer {
 public:
  printer(const tail_request& wanted, std::ostream& out) : wanted_(wanted), out_(out) {}

  /// False when that was the last one.
  bool print(const shown_message& one) {
    out_ << (wanted_.json ? json_of(one) + "\n" : text_of(one) + "\n") << std::flush;
    return ++printed_ != wanted_.limit;
  }

 private:
  const tail_request& wanted_;
  std::ostream& out_;
  std::uint64_t printed_ = 0;
};

task<> end_hearing(nats::subscription& which, interruption& stop) {
  co_await stop.wanted.wait();
  which.unsubscribe();
}

task<> end_reading(nats::ordered_consumer& which, interruption& stop) {
  co_await stop.wanted.wait();
  co_await which.close();
}

task<> hear(nats::connection& over, const tail_request& wanted, interruption& stop,
            std::ostream& out) {
  nats::subscription heard(over, nats::subject_pattern(wanted.subject));
  printer shown(wanted, out);
  scope ending;
  ending.spawn(end_hearing(heard, stop));
  std::exception_ptr failure;
  try {
    while (const auto next = co_await heard.next()) {
      const shown_message one{.time = now(),
                              .subject = std::string(next->subject()),
                              .headers = next->headers(),
                              .body = std::string(next->payload())};
      if (!shown.print(one)) break;
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await ending.close();
  if (failure) std::rethrow_exception(failure);
}

/// How many messages of the subject the stream has from a sequence on.
task<std::uint64_t> count_from(nats::jetstream on, const tail_request& wanted,
                               std::uint64_t sequence) {
  nats::consumer_config asked;
  asked.deliver = nats::deliver_policy::by_start_sequence;
  asked.start_sequence = sequence;
  asked.ack = nats::ack_policy::none;
  if (!wanted.subject.empty()) asked.filter_subject = wanted.subject;
  const auto made = co_await on.create_ephemeral_consumer(wanted.stream, std::move(asked));
  co_await on.delete_consumer(wanted.stream, made.name);
  co_return made.pending;
}

/// The sequence from which on the stream has `count` messages of the subject, found by halves: the
/// server has no such question, and counts fast.
task<std::uint64_t> sequence_of_last(nats::jetstream on, const tail_request& wanted,
                                     std::uint64_t count) {
  const auto info = co_await on.stream_info(wanted.stream);
  std::uint64_t low = std::max<std::uint64_t>(info.first_sequence, 1);  // has enough, or all
  std::uint64_t high = info.last_sequence + 1;                          // has none
  while (low + 1 < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const std::uint64_t left = co_await count_from(on, wanted, middle);
    if (left == count) co_return middle;
    (left > count ? low : high) = middle;
  }
  co_return low;
}

task<nats::ordered_options> options_of(nats::jetstream on, const tail_request& wanted) {
  nats::ordered_options how;
  if (!wanted.subject.empty()) how.filter_subjects.emplace_back(wanted.subject);
  switch (wanted.from.is) {
    case tail_start::kind::all:
      break;
    case tail_start::kind::new_messages:
      how.start = nats::ordered_start::new_messages;
      break;
    case tail_start::kind::last:
      how.start = nats::ordered_start::sequence;
      how.start_sequence =
          co_await sequence_of_last(on, wanted, std::min(wanted.from.number, tail_last_max));
      break;
    case tail_start::kind::sequence:
      how.start = nats::ordered_start::sequence;
      how.start_sequence = wanted.from.number;
      break;
    case tail_start::kind::age:
      how.start = nats::ordered_start::time;
      how.start_time = now() - wanted.from.age;
      break;
  }
  co_return how;
}

task<> read(nats::jetstream on, const tail_request& wanted, interruption& stop, std::ostream& out) {
  auto how = co_await options_of(on, wanted);
  auto reader = co_await nats::ordered_consumer::open(on, wanted.stream, std::move(how));
  printer shown(wanted, out);
  scope ending;
  ending.spawn(end_reading(reader, stop));
  std::exception_ptr failure;
  try {
    while (const auto next = co_await reader.next()) {
      const shown_message one{.time = next->time(),
                              .subject = std::string(next->subject()),
                              .stream = wanted.stream,
                              .sequence = next->sequence(),
                              .headers = next->headers(),
                              .body = std::string(next->payload())};
      if (!shown.print(one)) break;
    }
  } catch (...) {
    failure = std::current_exception();
  }
  co_await ending.close();
  co_await reader.close();
  if (failure) std::rethrow_exception(failure);
}

task<std::string> stream_of(nats::jetstream on, std::string subject) {
  auto names = on.stream_names(subject);
  const auto first = co_await names.next();
  if (!first) {
    throw error(errc::not_found, disposition::permanent,
                "no stream keeps " + subject +
                    ", so what was published before is gone; without --from this shows what comes");
  }
  co_return *first;
}

}  // namespace

task<> tail(nats::connection& over, tail_request wanted, interruption& stop, std::ostream& out) {
  if (wanted.stream.empty() && wanted.from.is == tail_start::kind::new_messages) {
    co_await hear(over, wanted, stop, out);
    co_return;
  }
  const nats::jetstream on(over);
  if (wanted.stream.empty()) wanted.stream = co_await stream_of(on, wanted.subject);
  co_await read(on, wanted, stop, out);
}

}  // namespace weir::tools
