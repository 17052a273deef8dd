// SPDX-License-Identifier: Apache-2.0
#include "otlp_exporter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "otlp_json.hpp"
#include "otlp_reply.hpp"
#include "weir/observe/detail/dropped.hpp"
#include "weir/observe/log.hpp"
#include "weir/timeout.hpp"
#include "weir/when_any.hpp"
#include "weir/yield.hpp"

namespace weir::detail {
namespace {

/// How long the first span waits for others.
constexpr duration gather_limit = std::chrono::seconds(1);
/// So many are written in one go, before others have their turn.
constexpr std::size_t encoded_at_once = 64;
constexpr duration first_wait = std::chrono::seconds(1);
constexpr duration wait_max = std::chrono::seconds(30);
/// A collector that wants to be left alone for longer is asked again all the same.
constexpr duration retry_after_max = std::chrono::minutes(5);
/// One that takes spans now and then is not told of each time.
constexpr duration told_again_after = std::chrono::minutes(1);

/// Half of it at least: programs that were refused together do not come back together.
duration with_jitter(duration wait) {
  const auto half = static_cast<std::uint64_t>(wait.count() / 2);
  return duration(static_cast<duration::rep>(half + loop::current().random() % (half + 1)));
}

bool may_succeed_later(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::string_view hint_for(int status) {
  switch (status) {
    case 401:
    case 403:
      return "; is the key in OTEL_EXPORTER_OTLP_HEADERS the right one?";
    case 404:
    case 405:
      return "; is the path in OTEL_EXPORTER_OTLP_ENDPOINT the right one? It is for the base, and "
             "/v1/traces is added";
    case 415:
      return "; does it take OTLP as JSON?";
    default:
      return "";
  }
}

}  // namespace

otlp_exporter::otlp_exporter(const tracer_settings& settings, trace_core& from)
    : from_(from), client_(settings), begin_(otlp_begin(settings)), timeout_(settings.timeout) {}

task<> otlp_exporter::run() {
  for (;;) {
    co_await gather();
    if (from_.size() == 0) co_return;
    co_await send(from_.take());
  }
}

/// Waits for spans; without any when it is to end.
task<> otlp_exporter::gather() {
  if (from_.size() == 0)
    co_await when_any(as_task(from_.wait_for_one()), as_task(finishing_.wait()));
  if (from_.has_batch() || finishing_.is_set()) co_return;
  const auto gathered =
      co_await with_timeout(gather_limit,
                            when_any(as_task(from_.wait_for_batch()), as_task(finishing_.wait())))
          .as_result();
  if (!gathered && gathered.error().is_cancelled()) throw gathered.error();
}

task<std::string> otlp_exporter::encode(const trace_core::batch& batch) {
  std::string body = begin_;
  for (std::size_t at = 0; at < batch.size(); ++at) {
    if (at > 0) body += ',';
    append_otlp_span(body, *batch[at]);
    if ((at + 1) % encoded_at_once == 0) co_await yield();
  }
  body += otlp_end;
  co_return body;
}

task<> otlp_exporter::send(trace_core::batch batch) {
  in_hand_ = batch.size();
  const std::string body = co_await encode(batch);
  batch.clear();
  duration wait = first_wait;
  for (unsigned tried = 1;; ++tried) {
    const outcome ended = co_await attempt(body);
    if (ended.what == outcome::kind::taken) {
      statistics_.rejected += std::min<std::uint64_t>(ended.rejected, in_hand_);
      statistics_.exported += in_hand_ - std::min<std::uint64_t>(ended.rejected, in_hand_);
      tell_of_success();
      break;
    }
    tell_of_failure(ended.why);
    const bool goes_on = ended.what == outcome::kind::later && tried < tracer::attempts_max &&
                         co_await pause(std::max(with_jitter(wait), ended.wait_min));
    if (!goes_on) {
      drop(in_hand_);
      break;
    }
    wait = std::min(wait * 2, wait_max);
  }
  in_hand_ = 0;
}

task<otlp_exporter::outcome> otlp_exporter::attempt(const std::string& body) {
  const auto answer = co_await with_timeout(timeout_, client_.post(body)).as_result();
  if (answer) co_return read(*answer);
  if (answer.error().is_cancelled()) throw answer.error();
  co_return outcome{.what = outcome::kind::later, .why = answer.error().message()};
}

otlp_exporter::outcome otlp_exporter::read(const otlp_answer& answer) const {
  const int status = answer.status();
  if (status >= 200 && status < 300) return {.rejected = rejected_spans(answer.body())};
  outcome ended{.what = outcome::kind::refused,
                .why = fmt::format("it answers with the status {}{}", status, hint_for(status))};
  if (!may_succeed_later(status)) return ended;
  ended.what = outcome::kind::later;
  const auto now = loop::current().driver().wall_clock();
  ended.wait_min = std::min(answer.retry_after(now).value_or(duration::zero()), retry_after_max);
  return ended;
}

task<bool> otlp_exporter::pause(duration wait) {
  const auto told = co_await with_timeout(wait, finishing_.wait()).as_result();
  if (!told && told.error().is_cancelled()) throw told.error();
  co_return !finishing_.is_set();
}

void otlp_exporter::tell_of_failure(const std::string& why) {
  const time_point now = loop::current().now();
  if (is_told_ || now < silent_until_) return;
  is_told_ = true;
  silent_until_ = now + told_again_after;
  log_warning(
      fmt::format("the collector of traces at {} takes no spans, which are kept for a while "
                  "and then dropped: {}",
                  client_.authority(), why));
}

void otlp_exporter::tell_of_success() {
  if (!std::exchange(is_told_, false)) return;
  log_info(fmt::format("the collector of traces at {} takes spans again", client_.authority()));
}

void otlp_exporter::give_up_rest() { drop(std::exchange(in_hand_, 0) + from_.size()); }

void otlp_exporter::drop(std::size_t spans) {
  statistics_.dropped += spans;
  trace_spans_dropped().add(spans);
}

}  // namespace weir::detail
