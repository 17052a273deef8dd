// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/gauge.hpp"

#include "metrics_family.hpp"

namespace weir {
namespace {

detail::metric_description of_gauge(std::string_view name, std::string_view help,
                                    std::initializer_list<std::string_view> labels) {
  return {.type = detail::metric_type::gauge,
          .name = std::string(name),
          .help = std::string(help),
          .labels = {labels.begin(), labels.end()}};
}

}  // namespace

gauge::gauge(std::string_view name, std::string_view help, metrics_registry& in)
    : series_(in.registrar().add(of_gauge(name, help, {})).with({})) {}

void gauge::set(double value) const noexcept {
  series_.series().level.store(value, std::memory_order_relaxed);
}

gauge_family::gauge_family(std::string_view name, std::string_view help,
                           std::initializer_list<std::string_view> labels, metrics_registry& in)
    : family_(&in.registrar().add(of_gauge(name, help, labels))) {}

gauge gauge_family::with(std::initializer_list<std::string_view> values) const {
  return gauge(family_->with(values));
}

gauge_source::gauge_source(const gauge& of, std::function<double()> value)
    : source_(of.series(), [value = std::move(value)](std::span<std::uint64_t> slots) {
        slots[0] = std::bit_cast<std::uint64_t>(value());
      }) {}

}  // namespace weir
