// SPDX-License-Identifier: Apache-2.0
#include "bucket_watch.hpp"

#include "bucket_message.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

constexpr auto retry_interval = std::chrono::milliseconds(100);
/// What was to come to begin with may have been removed meanwhile, and then nothing says that it
/// was all: after so long without a message the stream is asked.
constexpr auto initial_silence = std::chrono::milliseconds(100);
/// How often the server says that it is alive: a removed stream shows by its silence alone.
constexpr auto heartbeat = std::chrono::seconds(1);
/// After so long without a message it is looked whether the consumer was made anew, perhaps for
/// another bucket.
constexpr auto later_silence = std::chrono::seconds(1);

bool is_for_good(const error& failure) {
  return failure.disposition() == disposition::permanent || failure.is(errc::closed);
}

/// Reads a bucket's stream, and tells where the beginning ends.
class bucket_reader {
 public:
  bucket_reader(jetstream js, bucket_watch_request what)
      : js_(js), what_(std::move(what)), is_initial_(what_.start != watch_start::nothing) {}

  /// Suspends until there is something. One that is cancelled has lost nothing.
  task<bucket_news> next();

 private:
  task<> open();
  /// Suspends until a message is in held_, or for a while.
  task<> hold_next();
  task<> look_after_reset();
  /// Throws where the bucket is another one than in the beginning.
  task<stream_info> look_at_bucket();
  ordered_options options() const;

  jetstream js_;
  bucket_watch_request what_;
  bool is_initial_;         // messages of the beginning may be to come
  bool has_last_ = false;   // the last of them was given
  std::uint64_t last_ = 0;  // the revision that was given last
  std::uint64_t resets_seen_ = 0;
  /// Another bucket of its name has revisions of its own. Empty before the first look.
  std::optional<timestamp> made_at_;
  std::optional<ordered_consumer> reader_;
  std::optional<stream_message> held_;
};

task<stream_info> bucket_reader::look_at_bucket() {
  stream_info now = co_await js_.stream_info(what_.stream);
  if (made_at_ && *made_at_ != now.created)
    throw error(errc::not_found, disposition::permanent,
                "bucket " + what_.bucket +
                    " was removed, and another made in its place: watch that one anew");
  made_at_ = now.created;
  co_return now;
}

ordered_options bucket_reader::options() const {
  ordered_options made;
  made.filter_subjects = {subject_pattern(what_.filter)};
  made.headers_only = what_.headers_only;
  made.heartbeat = heartbeat;
  switch (what_.start) {
    case watch_start::last_values:
      made.start = ordered_start::last_per_subject;
      break;
    case watch_start::everything:
      made.start = ordered_start::all;
      break;
    case watch_start::revision:
    case watch_start::nothing:
      made.start = ordered_start::sequence;
      made.start_sequence = std::max<std::uint64_t>(what_.first_revision, 1);
  }
  return made;
}

task<> bucket_reader::open() {
  const bool is_first = !made_at_;
  const stream_info now = co_await look_at_bucket();
  // Noted at once: what changes after this is to be given, however often it is opened.
  if (is_first && what_.start == watch_start::nothing)
    what_.first_revision = std::max(what_.first_revision, now.last_sequence + 1);
  reader_.emplace(co_await ordered_consumer::open(js_, what_.stream, options()));
  has_last_ = reader_->pending_at_start() == 0;
}

task<> bucket_reader::look_after_reset() {
  const std::uint64_t resets = reader_->resets();
  if (resets == resets_seen_) co_return;
  co_await look_at_bucket();
  resets_seen_ = resets;
}

task<> bucket_reader::hold_next() {
  const duration limit = is_initial_ ? duration(initial_silence) : duration(later_silence);
  auto came = co_await with_timeout(limit, reader_->next()).as_result();
  if (came.has_value()) {
    held_ = std::move(*came);
  } else if (!came.error().is(errc::deadline_exceeded)) {
    throw came.error();
  } else if (is_initial_) {
    has_last_ = !co_await is_in_bucket(js_, what_.stream, what_.filter, last_ + 1);
  }
}

task<bucket_news> bucket_reader::next() {
  if (!reader_) co_await open();
  for (;;) {
    if (is_initial_ && has_last_) {
      is_initial_ = false;
      co_return bucket_news{};
    }
    if (!held_) co_await hold_next();
    co_await look_after_reset();
    if (!held_) continue;
    bucket_news news{std::move(*held_)};
    held_.reset();
    last_ = news.message->sequence();
    has_last_ = news.message->pending() == 0;
    if (last_ >= what_.first_revision) co_return news;
  }
}

}  // namespace

stream<bucket_news> watch_bucket(jetstream js, bucket_watch_request what) {
  const bool ends_at_mark = what.ends_at_mark;
  bucket_reader reader(js, std::move(what));
  for (;;) {
    auto came = co_await reader.next().as_result();
    if (came.has_value()) {
      if (!came->message && ends_at_mark) co_return;
      co_yield std::move(*came);
      continue;
    }
    if (is_for_good(came.error())) throw came.error();
    if (came.error().is_cancelled()) {
      co_yield failed(came.error());
      continue;
    }
    // Nobody answered in time: the next attempt waits for the connection.
    const auto waited = co_await sleep(retry_interval).as_result();
    if (!waited.has_value()) co_yield failed(waited.error());
  }
}

}  // namespace weir::nats::detail
