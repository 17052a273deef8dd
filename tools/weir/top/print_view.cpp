// SPDX-License-Identifier: Apache-2.0
#include "print_view.hpp"

#include <fmt/format.h>

#include "amounts.hpp"
#include "printable.hpp"
#include "weir/event/json.hpp"

namespace weir::top {
namespace {

/// A line of --json. Times are in seconds, rates a second.
struct service_line {
  std::string url;
  std::optional<std::string> failure;
  double acked_rate;
  double failed_rate;
  double redelivered_rate;
  double dead_lettered_rate;
  double age_p50;
  double age_p99;
  double handler_p50;
  double handler_p99;
  double query_mean;
  double pool_wait_mean;
  double pending;
  double pending_growth;
  double ack_pending;
  double in_flight;
  double in_flight_limit;
  double loop_busy;
  double outbox_pending;
  stage held_back_by;
  std::string why;
  std::string remedy;
};

std::string span(double seconds) {
  return tools::text_of_span(
      std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds)));
}

std::string block_of(const shown_service& one) {
  std::string text = tools::printable(one.url) + "\n";
  if (!one.failure.empty()) return text + "  " + tools::printable(one.failure) + "\n";
  const service_view& of = one.view;
  text += fmt::format(
      "  rate     {:.0f}/s acknowledged, {:.0f}/s failed, {:.0f}/s again, {:.0f}/s "
      "dead\n",
      of.acked, of.failed, of.redelivered, of.dead_lettered);
  text += fmt::format(
      "  latency  age p50 {} p99 {}, handler p50 {} p99 {}, statement {}, "
      "pool wait {}\n",
      span(of.age_p50), span(of.age_p99), span(of.handler_p50), span(of.handler_p99),
      span(of.query_mean), span(of.pool_wait_mean));
  text += fmt::format("  lag      {:.0f} pending ({:+.0f}/s), {:.0f} in hand, outbox {:.0f}\n",
                      of.pending, of.pending_growth, of.ack_pending, of.outbox_pending);
  text += fmt::format("  loop     {:.0f} % busy, {:.0f} in flight of {:.0f}\n", of.loop_busy * 100,
                      of.in_flight, of.in_flight_limit);
  const verdict found = judge(of);
  text += "  => " + found.why + "\n";
  if (!found.remedy.empty()) text += "     " + found.remedy + "\n";
  return text;
}

service_line line_of(const shown_service& one) {
  const service_view& of = one.view;
  const verdict found = judge(of);
  service_line line{.url = tools::printable(one.url),
                    .failure = {},
                    .acked_rate = of.acked,
                    .failed_rate = of.failed,
                    .redelivered_rate = of.redelivered,
                    .dead_lettered_rate = of.dead_lettered,
                    .age_p50 = of.age_p50,
                    .age_p99 = of.age_p99,
                    .handler_p50 = of.handler_p50,
                    .handler_p99 = of.handler_p99,
                    .query_mean = of.query_mean,
                    .pool_wait_mean = of.pool_wait_mean,
                    .pending = of.pending,
                    .pending_growth = of.pending_growth,
                    .ack_pending = of.ack_pending,
                    .in_flight = of.in_flight,
                    .in_flight_limit = of.in_flight_limit,
                    .loop_busy = of.loop_busy,
                    .outbox_pending = of.outbox_pending,
                    .held_back_by = found.at,
                    .why = found.why,
                    .remedy = found.remedy};
  if (!one.failure.empty()) line.failure = tools::printable(one.failure);
  return line;
}

}  // namespace

std::string text_of(const std::vector<shown_service>& all) {
  std::string text;
  for (const shown_service& one : all) text += block_of(one);
  return text;
}

std::string json_of(const std::vector<shown_service>& all) {
  std::string text;
  for (const shown_service& one : all) text += json::encode(line_of(one)) + "\n";
  return text;
}

}  // namespace weir::top
