// SPDX-License-Identifier: Apache-2.0
#include "object_read.hpp"

#include <algorithm>

#include "bucket_message.hpp"
#include "bucket_names.hpp"
#include "object_changes.hpp"
#include "object_names.hpp"
#include "quoted_text.hpp"
#include "sha256.hpp"
#include "weir/nats/ordered_consumer.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

/// So many bytes are asked for ahead of the reader, and so many chunks at most, if the chunks are
/// as the description says; anybody may have written that, so that the server bounds it as well.
constexpr std::uint64_t ahead_bytes = std::uint64_t{4} << 20;
constexpr std::uint64_t ahead_chunks_max = 500;
constexpr std::size_t ahead_bytes_max = std::size_t{8} << 20;
/// Chunks that were removed are not given, and nothing says so: after so long without one, it is
/// looked whether they are there.
constexpr auto silence_limit = std::chrono::seconds(1);
constexpr unsigned links_max = 8;

/// Reads the chunks of an object, and verifies them.
class chunk_reader {
 public:
  chunk_reader(jetstream js, object_info info)
      : js_(js),
        info_(std::move(info)),
        chunks_(chunk_subject(info_.bucket, info_.nuid)),
        left_(info_.size) {}

  bool is_at_end() const noexcept { return left_ == 0; }
  /// Suspends until the next chunk is there. One that is cancelled has lost nothing.
  task<std::string> next();
  /// Throws unless what was read is what was stored.
  void verify();

 private:
  task<> open();
  /// Throws unless there are chunks to come.
  task<> look_for_more();
  error damaged(const std::string& how) const;

  jetstream js_;
  const object_info info_;
  const std::string chunks_;  // their subject
  std::uint64_t left_;        // bytes to come
  std::uint64_t last_ = 0;    // the revision of the last chunk
  bool seems_short_ = false;  // the server knows of no more chunks
  sha256 hash_;
  std::optional<ordered_consumer> reader_;
};

error chunk_reader::damaged(const std::string& how) const {
  return {errc::invalid_input, disposition::permanent,
          object_shown(info_.bucket, info_.meta.name) + " is damaged: " + how +
              ". Put it again; if its chunks ran out, the bucket's ttl is shorter than its use"};
}

task<> chunk_reader::open() {
  const std::uint64_t chunk =
      std::max<std::uint64_t>(info_.chunks == 0 ? info_.size : info_.size / info_.chunks, 1);
  ordered_options options;
  options.filter_subjects = {subject_pattern(chunks_)};
  options.ahead = std::clamp<std::uint64_t>(ahead_bytes / chunk, 1, ahead_chunks_max);
  options.max_bytes = ahead_bytes_max;
  reader_.emplace(co_await ordered_consumer::open(js_, object_stream(info_.bucket), options));
  seems_short_ = reader_->pending_at_start() == 0;
}

task<> chunk_reader::look_for_more() {
  const auto now = co_await find_description(js_, info_.bucket, info_.meta.name);
  if (!now || now->info.nuid != info_.nuid || now->info.is_removed)
    throw error(errc::conflict, disposition::retry,
                object_shown(info_.bucket, info_.meta.name) +
                    " was replaced or removed while it was read: read it again");
  if (co_await is_in_bucket(js_, object_stream(info_.bucket), chunks_, last_ + 1)) co_return;
  throw damaged(std::to_string(left_) + " of its " + std::to_string(info_.size) +
                " bytes are missing");
}

task<std::string> chunk_reader::next() {
  if (!reader_) co_await open();
  for (;;) {
    if (seems_short_) {
      co_await look_for_more();
      seems_short_ = false;
    }
    auto came = co_await with_timeout(silence_limit, reader_->next()).as_result();
    if (!came.has_value()) {
      if (!came.error().is(errc::deadline_exceeded)) throw came.error();
      seems_short_ = true;
      continue;
    }
    WEIR_ASSERT(came->has_value());  // Nobody closes it.
    const stream_message& chunk = **came;
    last_ = chunk.sequence();
    if (chunk.payload().size() > left_)
      throw damaged("it has more than its " + std::to_string(info_.size) + " bytes");
    left_ -= chunk.payload().size();
    hash_.add(chunk.payload());
    seems_short_ = left_ > 0 && chunk.pending() == 0;
    if (!chunk.payload().empty()) co_return std::string(chunk.payload());
  }
}

void chunk_reader::verify() {
  constexpr std::string_view algorithm = "SHA-256=";
  if (info_.digest.empty() && info_.size == 0) return;  // Nothing was hashed.
  if (!info_.digest.starts_with(algorithm))
    throw error(errc::unsupported, disposition::permanent,
                object_shown(info_.bucket, info_.meta.name) +
                    " cannot be verified: its digest is not one of SHA-256. Put it again with a "
                    "client that writes one");
  std::string_view stored = info_.digest;
  const std::string computed = digest_text(hash_.finish());
  std::string_view is = computed;
  // Some write the padding, and some do not.
  while (stored.ends_with('=') && stored.size() > algorithm.size()) stored.remove_suffix(1);
  while (is.ends_with('=')) is.remove_suffix(1);
  if (stored != is) throw damaged("its bytes have another SHA-256 than when they were put");
}

stream<std::string> pieces_of(jetstream js, object_info info) {
  chunk_reader reader(js, std::move(info));
  while (!reader.is_at_end()) {
    auto piece = co_await reader.next().as_result();
    if (!piece.has_value()) {
      if (!piece.error().is_cancelled()) throw piece.error();
      co_yield failed(piece.error());
      continue;
    }
    if (reader.is_at_end()) reader.verify();
    co_yield std::move(*piece);
  }
}

}  // namespace

task<object_contents> read_object(jetstream js, std::string bucket, std::string name) {
  const std::string asked = object_shown(bucket, name);
  for (unsigned links = 0; links <= links_max; ++links) {
    const auto found = co_await find_description(js, bucket, name);
    if (!found || found->info.is_removed)
      throw error(errc::not_found, disposition::permanent,
                  object_shown(bucket, name) + " is not there" +
                      (links == 0 ? "" : ", to which " + asked + " leads"));
    const object_info& info = found->info;
    if (!info.is_link()) {
      if (info.size == 0) chunk_reader(js, info).verify();
      co_return object_contents{.info = info, .pieces = pieces_of(js, info)};
    }
    if (info.link->is_to_bucket())
      throw error(errc::invalid_argument, disposition::permanent,
                  object_shown(bucket, name) + " is a link to the whole bucket " +
                      quoted_text(info.link->bucket) + ": open that, and read what is in it");
    check_bucket(info.link->bucket);
    bucket = info.link->bucket;
    name = info.link->name;
  }
  throw error(errc::limit_exceeded, disposition::permanent,
              asked + " leads through more than " + std::to_string(links_max) +
                  " links, perhaps in a circle: look at them with info()");
}

}  // namespace weir::nats::detail
