// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include "weir/interval.hpp"
#include "weir/loop.hpp"
#include "weir/nats/ordered_consumer.hpp"
#include "weir/nats/subscription.hpp"
#include "weir/scope.hpp"
#include "weir/sleep.hpp"
#include "weir/uuid.hpp"

namespace weir::tools {
namespace {

constexpr std::size_t failures_kept = 20;  // different texts
constexpr std::size_t results_at_once = 256;
constexpr auto drain_step = std::chrono::milliseconds(20);
constexpr auto backlog_period = std::chrono::seconds(1);

/// One load from its first message to its last result.
class load {
 public:
  load(nats::connection& over, load_request wanted, interruption& stop)
      : over_(over),
        js_(over),
        wanted_(std::move(wanted)),
        subject_(wanted_.subject),
        schedule_(wanted_.phases),
        random_(wanted_.seed),
        run_(uuid::v7(wall_time()).to_string()),
        stop_(stop) {
    report_.subject = wanted_.subject;
    report_.until_event = wanted_.until_event;
    for (const load_phase& one : wanted_.phases) {
      report_.phases.emplace_back();
      report_.phases.back().wanted = one;
    }
  }

  task<stress_report> run(duration tick, std::function<void(const load_status&)> tell) {
    co_await check_stream();
    scope beside;
    std::optional<nats::subscription> results;
    std::optional<nats::ordered_consumer> kept_results;
    if (waits_for_events() && !wanted_.faults.empty()) {
      kept_results.emplace(co_await read_results());
      beside.spawn(take_results(*kept_results));
    } else if (waits_for_events()) {
      results.emplace(over_, nats::subject_pattern(wanted_.until_event));
      co_await over_.flush();  // The server knows of it before the first message.
      beside.spawn(take_results(*results));
    }
    if (!wanted_.consumer.empty()) beside.spawn(watch_backlog());
    start_ = loop::current().now();
    beside.spawn(tell_each(tick, std::move(tell)));
    beside.spawn(make_faults());
    std::exception_ptr failure;
    try {
      co_await send_all();
      co_await wait_for_rest();
    } catch (...) {
      failure = std::current_exception();
    }
    co_await beside.close();
    co_await confirming_.close();
    if (kept_results) co_await kept_results->close();
    if (failure) std::rethrow_exception(failure);
    if (beside_failure_) std::rethrow_exception(beside_failure_);
    report_.unanswered = awaited_.size();
    co_return std::move(report_);
  }

 private:
  static timestamp wall_time() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  bool waits_for_events() const noexcept { return !wanted_.until_event.empty(); }

  task<> check_stream() {
    auto names = js_.stream_names(wanted_.subject);
    const auto first = co_await names.next();
    if (first) co_return;
    throw error(errc::not_found, disposition::permanent,
                "no stream keeps " + wanted_.subject +
                    ", so nothing would confirm a message. Start the service first, it makes its "
                    "stream, or look with 'weir stream list'");
  }

  task<nats::ordered_consumer> read_results() {
    auto names = js_.stream_names(wanted_.until_event);
    const auto stream = co_await names.next();
    if (!stream) {
      throw error(errc::not_found, disposition::permanent,
                  "no stream keeps " + wanted_.until_event +
                      ", so results would be missed while nats-server is away");
    }
    nats::ordered_options how;
    how.filter_subjects.emplace_back(wanted_.until_event);
    how.start = nats::ordered_start::new_messages;
    co_return co_await nats::ordered_consumer::open(js_, *stream, std::move(how));
  }

  double seconds_now() const {
    return std::chrono::duration<double>(loop::current().now() - start_).count();
  }

  /// A fault that does not end well ends the load: what it came to would say nothing.
  task<> make_faults() {
    try {
      for (const fault& one : wanted_.faults) {
        co_await sleep_until(start_ + one.at);
        fault_result result{.name = name_of(one), .at = seconds_now(), .over_at = 0};
        co_await wanted_.inject(one);
        result.over_at = seconds_now();
        report_.faults.push_back(std::move(result));
      }
    } catch (const error& failure) {
      if (failure.is_cancelled()) throw;
      beside_failure_ = std::current_exception();
    } catch (...) {
      beside_failure_ = std::current_exception();
    }
    if (beside_failure_) stop_.wanted.set();
  }

  task<> send_all() {
    for (std::uint64_t number = 0; number < schedule_.count(); ++number) {
      const auto arrival = schedule_.at(number);
      const time_point due = start_ + arrival.after_start;
      while (loop::current().now() < due && !stop_.is_wanted()) {
        // In steps, so that the operator's wish is seen within a slow phase, too.
        co_await sleep_until(std::min(due, loop::current().now() + drain_step));
      }
      report_.was_stopped = stop_.is_wanted();
      if (report_.was_stopped) co_return;
      phase_ = arrival.phase;
      co_await send(number + 1, {.due = due, .phase = arrival.phase});
    }
  }

  task<> send(std::uint64_t number, awaited_results::entry what) {
    const std::string body = wanted_.body.fill(number, wall_time(), random_);
    const std::string id = run_ + "-" + std::to_string(number);
    std::string key;
    if (waits_for_events()) {
      key = wanted_.by.field.empty() ? id : key_of(body);
      if (!awaited_.expect(key, what)) {
        throw error(errc::limit_exceeded, disposition::permanent,
                    "two million messages wait for their results: the load is far above what the "
                    "service can do. Lower the rate");
      }
    }
    nats::publish_options how;
    how.msg_id = id;
    auto sent = co_await js_.publish_later(subject_, body, how);
    ++report_.phases[what.phase].sent;
    ++sent_;
    confirming_.spawn(confirm(std::move(sent), what, std::move(key)));
  }

  std::string key_of(const std::string& body) const {
    auto key = field_of(body, wanted_.by.field);
    if (key) return std::move(*key);
    throw error(errc::invalid_argument, disposition::permanent,
                "the template makes no JSON object with a field '" + wanted_.by.field +
                    "', by which results were to be recognised (--by)");
  }

  task<> confirm(nats::publication sent, awaited_results::entry what, std::string key) {
    const auto stored = co_await sent.confirmed().as_result();
    phase_result& into = report_.phases[what.phase];
    if (!stored.has_value()) {
      if (stored.error().is_cancelled()) co_return;
      ++into.failed;
      ++failed_;
      awaited_.forget(key);
      const std::string& text = stored.error().message();
      if (report_.failures.contains(text) || report_.failures.size() < failures_kept) {
        ++report_.failures[text];
      }
      co_return;
    }
    const duration took = loop::current().now() - what.due;
    into.confirmation.record(took);
    ++into.confirmed;
    ++confirmed_;
    if (!waits_for_events()) note(took);
  }

  task<> take_results(nats::subscription& from) {
    for (;;) {
      const auto batch = co_await from.next_batch(results_at_once);
      if (batch.empty()) co_return;
      for (const nats::message& one : batch) take_result(one);
    }
  }

  task<> take_results(nats::ordered_consumer& from) {
    while (const auto one = co_await from.next()) take_result(*one);
  }

  template <class Message>
  void take_result(const Message& one) {
    std::optional<std::string> key;
    if (wanted_.by.field.empty()) {
      if (const auto header = one.header(wanted_.by.header)) key = std::string(*header);
    } else {
      key = field_of(one.payload(), wanted_.by.field);
    }
    const auto of = key ? awaited_.take(*key) : std::nullopt;
    if (!of) {
      ++report_.unrelated;
      return;
    }
    const duration took = loop::current().now() - of->due;
    report_.phases[of->phase].event.record(took);
    ++report_.phases[of->phase].events;
    ++events_;
    note(took);
  }

  void note(duration took) {
    in_tick_.record(took);
    in_second_.record(took);
  }

  /// The confirmations that are out, and the results, as far as patience goes.
  task<> wait_for_rest() {
    const time_point end = loop::current().now() + wanted_.patience;
    while (confirmed_ + failed_ < sent_ || awaited_.size() > 0) {
      if (stop_.is_wanted() || loop::current().now() >= end) co_return;
      co_await sleep(drain_step);
    }
  }

  task<> watch_backlog() {
    auto ticks = interval(backlog_period);
    while (const auto tick = co_await ticks.next()) {
      const auto info = co_await js_.consumer_info(wanted_.stream, wanted_.consumer).as_result();
      if (info.has_value()) backlog_ = info->pending + info->ack_pending;
    }
  }

  second_result state(const latency_histogram& of, std::uint64_t confirmed, std::uint64_t events,
                      double seconds) const {
    return {.at = seconds_now(),
            .rate = static_cast<double>(confirmed) / seconds,
            .event_rate = static_cast<double>(events) / seconds,
            .p50 = of.quantile(0.5),
            .p99 = of.quantile(0.99),
            .p999 = of.quantile(0.999),
            .in_flight = waits_for_events() ? awaited_.size() : sent_ - confirmed_ - failed_,
            .backlog = backlog_};
  }

  task<> tell_each(duration tick, std::function<void(const load_status&)> tell) {
    auto ticks = interval(tick);
    std::uint64_t confirmed_told = 0;
    std::uint64_t events_told = 0;
    std::uint64_t confirmed_kept = 0;
    std::uint64_t events_kept = 0;
    time_point second = start_;
    time_point told = start_;
    while (const auto due = co_await ticks.next()) {
      const time_point now = loop::current().now();
      const double span = std::chrono::duration<double>(now - told).count();
      load_status status;
      status.now = state(in_tick_, confirmed_ - confirmed_told, events_ - events_told, span);
      status.sent = sent_;
      status.planned = schedule_.count();
      status.failed = failed_;
      status.phase = phase_;
      tell(status);
      told = now;
      confirmed_told = confirmed_;
      events_told = events_;
      in_tick_.clear();
      if (now - second < std::chrono::seconds(1)) continue;
      const double whole = std::chrono::duration<double>(now - second).count();
      report_.seconds.push_back(
          state(in_second_, confirmed_ - confirmed_kept, events_ - events_kept, whole));
      confirmed_kept = confirmed_;
      events_kept = events_;
      in_second_.clear();
      second = now;
    }
  }

  nats::connection& over_;
  nats::jetstream js_;
  const load_request wanted_;
  const nats::subject subject_;
  const arrival_schedule schedule_;
  detail::split_mix random_;
  const std::string run_;
  interruption& stop_;
  scope confirming_;
  awaited_results awaited_;
  stress_report report_;
  latency_histogram in_tick_;
  latency_histogram in_second_;
  time_point start_{};
  std::size_t phase_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t confirmed_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t events_ = 0;
  std::optional<std::uint64_t> backlog_;
  std::exception_ptr beside_failure_;
};

}  // namespace

task<stress_report> run_load(nats::connection& over, load_request wanted, interruption& stop,
                             duration tick, std::function<void(const load_status&)> tell) {
  load one(over, std::move(wanted), stop);
  co_return co_await one.run(tick, std::move(tell));
}

}  // namespace weir::tools
