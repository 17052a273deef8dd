// SPDX-License-Identifier: Apache-2.0
#include "object_upload.hpp"

#include <algorithm>
#include <deque>

#include "bucket_message.hpp"
#include "object_changes.hpp"
#include "object_clean_up.hpp"
#include "object_names.hpp"
#include "sha256.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

/// So many bytes, and chunks, wait for their confirmation at most.
constexpr std::size_t window_bytes = std::size_t{4} << 20;
constexpr std::size_t window_chunks_max = 256;
/// So long it is tried to store a chunk.
constexpr duration chunk_limit = std::chrono::seconds(30);

/// The stream tells a copy of a chunk from another chunk by its id, which it forgets: within half
/// of that time the last copy is sent, so that the other half is there for it to arrive.
duration chunk_limit_of(const stream_info& bucket) {
  const duration window = bucket.config.duplicate_window.value_or(duration::zero());
  return window > duration::zero() ? std::min(chunk_limit, window / 2) : chunk_limit;
}

class upload {
 public:
  upload(jetstream js, std::string bucket, object_meta what, duration limit)
      : js_(js),
        stream_(object_stream(bucket)),
        to_(chunk_subject(bucket, make_nuid())),
        chunk_limit_(limit),
        window_(std::clamp<std::size_t>(window_bytes / what.chunk_size, 1, window_chunks_max)) {
    info_.nuid = to_.text().substr(to_.text().rfind('.') + 1);
    info_.bucket = std::move(bucket);
    info_.meta = std::move(what);
  }

  /// Stores the chunks, in their order.
  task<> send(object_source& from);
  /// Stores the description, which makes the object. Not to be cancelled: nobody would know whether
  /// the object has been made.
  task<object_info> describe();
  /// Removes the chunks that were sent, unless they may belong to an object.
  task<> take_back();

 private:
  task<std::size_t> fill(object_source& from, std::string& chunk);
  task<> confirm_first();
  /// Whether the chunks are there that the object should have.
  task<bool> has_chunks();
  task<> drop_replaced();

  jetstream js_;
  std::string stream_;
  nats::subject to_;
  duration chunk_limit_;
  std::size_t window_;
  object_info info_;
  sha256 hash_;
  std::deque<publication> unconfirmed_;
  std::uint64_t last_sequence_ = 0;
  bool has_sent_ = false;
  std::optional<object_description> replaced_;  // by the description that was sent last
  bool is_unknown_ = false;
};

task<std::size_t> upload::fill(object_source& from, std::string& chunk) {
  std::size_t filled = 0;
  while (filled < chunk.size()) {
    const auto rest = std::as_writable_bytes(std::span(chunk)).subspan(filled);
    const std::size_t count = co_await from.read_some(rest);
    WEIR_ASSERT(count <= rest.size());
    if (count == 0) break;
    filled += count;
  }
  co_return filled;
}

task<> upload::confirm_first() {
  const publish_ack stored = co_await unconfirmed_.front().confirmed();
  unconfirmed_.pop_front();
  // One that was sent again, while those behind it were taken, stands behind them.
  if (stored.sequence <= last_sequence_)
    throw error(errc::unavailable, disposition::retry,
                object_shown(info_.bucket, info_.meta.name) +
                    ": the server stored its chunks out of order, as it may where the stream is "
                    "without a leader for a moment: put it again");
  last_sequence_ = stored.sequence;
}

task<> upload::send(object_source& from) {
  publish_options options;
  options.expected_stream = stream_;
  options.timeout = chunk_limit_;
  std::string chunk(info_.meta.chunk_size, '\0');
  for (bool is_last = false; !is_last;) {
    const std::size_t count = co_await fill(from, chunk);
    is_last = count < chunk.size();
    if (count == 0) break;
    const std::string_view bytes(chunk.data(), count);
    hash_.add(bytes);
    if (unconfirmed_.size() == window_) co_await confirm_first();
    has_sent_ = true;
    unconfirmed_.push_back(co_await js_.publish_later(to_, bytes, options));
    ++info_.chunks;
    info_.size += count;
  }
  while (!unconfirmed_.empty()) co_await confirm_first();
  info_.digest = digest_text(hash_.finish());
}

task<bool> upload::has_chunks() {
  if (info_.chunks == 0) co_return true;
  co_return co_await is_in_bucket(js_, stream_, to_.text(), 1);
}

task<> upload::drop_replaced() {
  if (!replaced_ || replaced_->info.is_removed || replaced_->info.is_link()) co_return;
  co_await clean_up_chunks(js_, info_.bucket, replaced_->info.nuid, false);
}

task<object_info> upload::describe() {
  for (unsigned tries = 0; tries < change_tries_max; ++tries) {
    const auto before = co_await find_description(js_, info_.bucket, info_.meta.name);
    is_unknown_ = false;
    // After a conflict: that may have been with a copy of itself whose confirmation was lost, and
    // whoever has replaced it since has removed its chunks.
    const bool is_ours = before && before->info.nuid == info_.nuid;
    const bool was_replaced = !is_ours && tries > 0 && !co_await has_chunks();
    if (is_ours || was_replaced) {
      co_await drop_replaced();
      if (is_ours) info_ = before->info;
      co_return info_;
    }
    replaced_ = before;
    const object_description made{.info = info_, .fields = {}};
    is_unknown_ = true;
    const auto stored = co_await store_description(js_, made, revision_of(before)).as_result();
    if (!stored.has_value()) {
      is_unknown_ = stored.error().disposition() != disposition::permanent;
      throw stored.error();
    }
    if (!*stored) continue;
    is_unknown_ = false;
    info_.revision = **stored;
    info_.modified =
        std::chrono::time_point_cast<timestamp::duration>(loop::current().driver().wall_clock());
    co_await drop_replaced();
    co_return info_;
  }
  throw changed_by_others(info_.bucket, info_.meta.name);
}

task<> upload::take_back() {
  unconfirmed_.clear();  // They are not sent again.
  if (is_unknown_) {
    clean_up_in_doubt(js_, info_, replaced_);
  } else if (has_sent_) {
    co_await clean_up_chunks(js_, info_.bucket, info_.nuid, true);
  }
}

}  // namespace

task<object_info> upload_object(jetstream js, std::string bucket, object_meta what,
                                object_source& from) {
  if (what.chunk_size == 0)
    throw error(errc::invalid_argument, disposition::permanent,
                object_shown(bucket, what.name) + " cannot be put in chunks of 0 bytes: leave " +
                    "chunk_size as it is, or give at least 1");
  // Whether there is such a bucket, and the name can be one, is known before anything is stored.
  static_cast<void>(co_await find_description(js, bucket, what.name));
  const stream_info now = co_await js.stream_info(object_stream(bucket));
  upload made(js, std::move(bucket), std::move(what), chunk_limit_of(now));
  std::exception_ptr failure;
  try {
    co_await made.send(from);
    co_return co_await shield(made.describe());
  } catch (...) {
    failure = std::current_exception();
  }
  co_await made.take_back();
  std::rethrow_exception(failure);
}

}  // namespace weir::nats::detail
