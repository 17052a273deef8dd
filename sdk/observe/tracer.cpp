// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/tracer.hpp"

#include <fmt/format.h>

#include "otlp_exporter.hpp"
#include "trace_core.hpp"
#include "weir/observe/log.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"

namespace weir {

struct tracer::inside {
  explicit inside(const tracer_settings& settings)
      : core(std::make_shared<detail::trace_core>(settings.sampler, spans_max, batch_max)),
        exporter(settings, *core) {
    core->install();
  }
  ~inside() { core->retire(); }

  task<> end(duration limit) {
    core->retire();
    exporter.finish();
    // Not started, it has nothing that would send.
    const auto sent = co_await with_timeout(limit, as_task(running.join())).as_result();
    co_await running.close();
    const std::uint64_t before = exporter.statistics().dropped;
    exporter.give_up_rest();
    const std::uint64_t lost = exporter.statistics().dropped - before;
    if (lost == 0) co_return;
    log_warning(fmt::format("{} spans were not sent before the end, and are dropped{}", lost,
                            sent ? "" : ": " + sent.error().message()));
  }

  std::shared_ptr<detail::trace_core> core;
  detail::otlp_exporter exporter;
  scope running;
};

tracer::tracer(tracer_settings settings) {
  if (!settings.endpoint.empty()) inside_ = std::make_unique<inside>(settings);
}

tracer::~tracer() = default;

void tracer::start() {
  if (inside_) inside_->running.spawn(inside_->exporter.run());
}

task<> tracer::close(duration limit) {
  if (inside_) co_await shield(inside_->end(limit));
}

trace_statistics tracer::statistics() const noexcept {
  if (!inside_) return {};
  trace_statistics all = inside_->exporter.statistics();
  all.dropped += inside_->core->dropped();
  return all;
}

}  // namespace weir
