// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/metrics_registry.hpp"

#include <algorithm>

#include "metrics_family.hpp"
#include "weir/error.hpp"

namespace weir {

metrics_registry::metrics_registry() : registrar_(std::make_unique<detail::metric_registrar>()) {
  registrar_->count_refusals(*this);
}
metrics_registry::~metrics_registry() = default;

metrics_registry& metrics_registry::global() {
  // Who counts may outlive everything else.
  static metrics_registry* const all = new metrics_registry;
  return *all;
}

namespace detail {

void metric_registrar::count_refusals(metrics_registry& own) {
  refusals_.emplace("weir_metric_series_refused_total",
                    "How often a series was asked for that its metric had no room for.",
                    std::initializer_list<std::string_view>{"metric"}, own);
}

metric_family& metric_registrar::add(metric_description told) {
  check(told);
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names = exported_names(told);
  for (const auto& name : names) {
    const auto taken = names_.find(name);
    if (taken == names_.end()) continue;
    throw error(errc::invalid_argument, disposition::permanent,
                "the metric '" + told.name + "' cannot be: '" + taken->second->about().name +
                    "' is exported as '" + name +
                    "', too; define a metric once, or give it another name");
  }
  metric_family& made = families_.emplace_back(std::move(told), refusals_ ? &*refusals_ : nullptr);
  for (auto& name : names) names_.emplace(std::move(name), &made);
  return made;
}

}  // namespace detail
}  // namespace weir
