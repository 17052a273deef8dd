// SPDX-License-Identifier: Apache-2.0
#include "object_clean_up.hpp"

#include <functional>
#include <memory>

#include "backoff.hpp"
#include "bucket_message.hpp"
#include "connection_core.hpp"
#include "object_changes.hpp"
#include "object_names.hpp"
#include "weir/sleep.hpp"
#include "weir/timeout.hpp"

namespace weir::nats::detail {
namespace {

constexpr unsigned tries_max = 100;
constexpr auto waited_for = std::chrono::seconds(5);
constexpr backoff_limits retry_backoff{.first = std::chrono::milliseconds(100),
                                       .longest = std::chrono::seconds(5)};
/// A stream answers in a millisecond or so; after this long, the answer is taken for lost.
constexpr auto answer_limit = std::chrono::seconds(1);

task<> purge_once(jetstream js, std::string bucket, std::string nuid, bool may_come) {
  co_await js.core().wait_connected();
  // An answer to this, whatever it says, means that the stream has taken all that was sent before:
  // chunks that are still under way would be stored after the purge.
  if (may_come) co_await js.core().requests().ask(chunk_subject(bucket, nuid), "", answer_limit);
  co_await purge_chunks(js, bucket, nuid);
}

task<> settle_once(jetstream js, object_info made, std::string replaced) {
  co_await js.core().wait_connected();
  const auto now = co_await find_description(js, made.bucket, made.meta.name);
  if (!now || now->info.nuid == replaced) co_return;  // It has replaced nothing.
  if (now->info.nuid != made.nuid) {
    // Whoever has replaced it since has removed its chunks; while they are there it was not stored.
    if (made.chunks == 0) co_return;
    const std::string chunks = chunk_subject(made.bucket, made.nuid);
    if (co_await is_in_bucket(js, object_stream(made.bucket), chunks, 1)) co_return;
  }
  co_await purge_chunks(js, made.bucket, replaced);
}

/// Tries until it succeeds, cannot, or the connection is closed, which stops it.
task<> keep_trying(std::function<task<>()> attempt, std::shared_ptr<manual_reset_event> done) {
  for (unsigned tries = 0; tries < tries_max; ++tries) {
    const auto tried = co_await attempt().as_result();
    if (tried.has_value() || tried.error().disposition() != disposition::retry) break;
    const duration pause = backoff(retry_backoff, tries, loop::current().random());
    const auto waited = co_await sleep(pause).as_result();
    if (!waited.has_value()) break;
  }
  done->set();
}

}  // namespace

task<> clean_up_chunks(jetstream js, std::string bucket, std::string nuid, bool may_come) {
  const auto done = std::make_shared<manual_reset_event>();
  const auto attempt = [=] { return purge_once(js, bucket, nuid, may_come); };
  if (js.core().is_closed()) co_return;  // Nobody would wait for it.
  js.core().background().spawn(keep_trying(attempt, done));
  static_cast<void>(co_await shield(with_timeout(waited_for, done->wait())).as_result());
}

void clean_up_in_doubt(jetstream js, object_info made, std::optional<object_description> replaced) {
  if (!replaced || replaced->info.is_removed || replaced->info.is_link()) return;
  const auto attempt = [js, made, old = replaced->info.nuid] { return settle_once(js, made, old); };
  if (js.core().is_closed()) return;
  js.core().background().spawn(keep_trying(attempt, std::make_shared<manual_reset_event>()));
}

}  // namespace weir::nats::detail
