// SPDX-License-Identifier: Apache-2.0
#include "route.hpp"

#include "selection.hpp"

namespace weir::dlq {
namespace {

constexpr std::size_t routes_kept_max = 10'000;
constexpr std::size_t consumers_asked_max = 1000;

bool gets(const nats::consumer_config& consumer, const std::string& subject) {
  if (!consumer.filter_subjects.empty()) {
    for (const auto& filter : consumer.filter_subjects) {
      if (fits_subject(filter, subject)) return true;
    }
    return false;
  }
  const std::string filter = consumer.filter_subject.value_or("");
  return filter.empty() || fits_subject(filter, subject);
}

}  // namespace

task<route> route_book::find(std::string subject) {
  const auto known = known_.find(subject);
  if (known != known_.end()) co_return known->second;
  const route asked = co_await ask(subject);
  if (known_.size() >= routes_kept_max) known_.clear();
  known_.emplace(std::move(subject), asked);
  co_return asked;
}

task<route> route_book::ask(std::string subject) {
  route found;
  auto names = on_.stream_names(subject);
  const auto name = co_await names.next();
  if (!name) co_return found;
  found.stream = *name;
  auto consumers = on_.consumers(*name);
  for (std::size_t asked = 0; asked < consumers_asked_max; ++asked) {
    const auto one = co_await consumers.next().as_result();
    if (!one.has_value() && one.error().is_cancelled()) throw one.error();
    // Who may publish need not be permitted to see the consumers.
    if (!one.has_value() || !one->has_value()) break;
    const nats::consumer_info& consumer = **one;
    if (!consumer.config.durable.empty() && gets(consumer.config, subject)) {
      found.consumers.insert(consumer.name);
    }
  }
  co_return found;
}

}  // namespace weir::dlq
