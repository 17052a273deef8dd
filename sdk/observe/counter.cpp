// SPDX-License-Identifier: Apache-2.0
#include "weir/observe/counter.hpp"

#include "metrics_family.hpp"

namespace weir {
namespace {

detail::metric_description of_counter(std::string_view name, std::string_view help,
                                      std::initializer_list<std::string_view> labels) {
  return {.type = detail::metric_type::counter,
          .name = std::string(name),
          .help = std::string(help),
          .labels = {labels.begin(), labels.end()}};
}

}  // namespace

counter::counter(std::string_view name, std::string_view help, metrics_registry& in)
    : series_(in.registrar().add(of_counter(name, help, {})).with({})) {}

counter_family::counter_family(std::string_view name, std::string_view help,
                               std::initializer_list<std::string_view> labels, metrics_registry& in)
    : family_(&in.registrar().add(of_counter(name, help, labels))) {}

counter counter_family::with(std::initializer_list<std::string_view> values) const {
  return counter(family_->with(values));
}

counter_source::counter_source(const counter& of, std::function<std::uint64_t()> count)
    : source_(of.series(),
              [count = std::move(count)](std::span<std::uint64_t> slots) { slots[0] = count(); }) {}

}  // namespace weir
