// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/histogram_metric.hpp"

#include <chrono>

#include "metrics_family.hpp"
#include "weir/loop.hpp"

namespace weir {
namespace {

detail::metric_description of_histogram(std::string_view name, std::string_view help,
                                        std::initializer_list<std::string_view> labels,
                                        const std::vector<double>& bounds) {
  return {.type = detail::metric_type::histogram,
          .name = std::string(name),
          .help = std::string(help),
          .labels = {labels.begin(), labels.end()},
          .bounds = bounds};
}

/// Seconds since 1970: by the loop's clock, which a simulation moves, where there is a loop.
double time_of_day() {
  loop* const here = loop::current_or_null();
  const auto now = here != nullptr ? here->driver().wall_clock() : std::chrono::system_clock::now();
  return std::chrono::duration<double>(now.time_since_epoch()).count();
}

}  // namespace

std::vector<double> latency_buckets() {
  return {0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

histogram_metric::histogram_metric(std::string_view name, std::string_view help,
                                   const std::vector<double>& bounds, metrics_registry& in)
    : series_(in.registrar().add(of_histogram(name, help, {}, bounds)).with({})),
      bounds_(series_.series().family.about().bounds) {}

void histogram_metric::record(double value, const exemplar& by) const noexcept {
  record(value);
  auto& family = series_.series().family;
  family.keep(series_.series(), bucket_of(value), {by, value, time_of_day()});
}

histogram_family::histogram_family(std::string_view name, std::string_view help,
                                   std::initializer_list<std::string_view> labels,
                                   const std::vector<double>& bounds, metrics_registry& in)
    : family_(&in.registrar().add(of_histogram(name, help, labels, bounds))) {}

histogram_metric histogram_family::with(std::initializer_list<std::string_view> values) const {
  return {family_->with(values), family_->about().bounds};
}

}  // namespace weir
