// SPDX-License-Identifier: Apache-2.0
#include "metrics_family.hpp"

#include <algorithm>
#include <array>

#include "weir/error.hpp"

namespace weir::detail {
namespace {

constexpr std::string_view overflow_value = "__other__";

std::atomic<std::size_t> series_made{0};

/// The values of labels as one text: none of them can be taken for another list.
std::string joined(std::initializer_list<std::string_view> values) {
  std::string all;
  for (const std::string_view value : values) {
    all += value.substr(0, label_value_bytes_max);
    all += '\xff';  // In no UTF-8.
  }
  return all;
}

std::uint64_t bits(double value) noexcept { return std::bit_cast<std::uint64_t>(value); }
double real(std::uint64_t slot) noexcept { return std::bit_cast<double>(slot); }

}  // namespace

metric_family::metric_family(metric_description told, const counter_family* refusals)
    : about_(std::move(told)) {
  if (about_.labels.empty()) {
    make({}, {});
  } else if (refusals != nullptr) {
    refused_ = refusals->with({about_.name});
  }
}

bool metric_family::is_real(std::size_t slot) const noexcept {
  switch (about_.type) {
    case metric_type::counter:
      return about_.is_real;
    case metric_type::gauge:
      return true;
    case metric_type::histogram:
      return slot + 1 == slots();
  }
  return false;
}

void metric_family::check_count(std::size_t values) const {
  if (values == about_.labels.size()) return;
  std::string names;
  for (const auto& label : about_.labels) names += (names.empty() ? "" : ", ") + label;
  throw error(errc::invalid_argument, disposition::permanent,
              "the metric '" + about_.name + "' has " + std::to_string(about_.labels.size()) +
                  " labels (" + names + "), and was given " + std::to_string(values) +
                  " values; give one for each, in that order");
}

series_handle metric_family::with(std::initializer_list<std::string_view> values) {
  check_count(values.size());
  std::string key = joined(values);
  const std::lock_guard lock(mutex_);
  const auto known = by_values_.find(key);
  if (known != by_values_.end()) return {*known->second, known->second->number};
  if (by_values_.size() >= metrics_registry::series_max) return overflow();
  return make(std::move(key), values);
}

series_handle metric_family::make(std::string values,
                                  std::initializer_list<std::string_view> shown) {
  std::string labels;
  auto name = about_.labels.begin();
  for (const std::string_view value : shown) {
    if (!labels.empty()) labels += ',';
    labels += *name++ + "=\"" + label_text(value) + '"';
  }
  metric_series& made = series_.emplace_back(*this, series_made.fetch_add(1), std::move(labels));
  by_values_.emplace(std::move(values), &made);
  return {made, made.number};
}

series_handle metric_family::overflow() {
  if (overflow_ == nullptr) {
    std::string labels;
    for (const auto& label : about_.labels) {
      if (!labels.empty()) labels += ',';
      labels += label + "=\"" + std::string(overflow_value) + '"';
    }
    overflow_ = &series_.emplace_back(*this, series_made.fetch_add(1), std::move(labels));
  }
  if (refused_) refused_->add();
  return {*overflow_, overflow_->number};
}

metric_cell* metric_family::add_cells(metric_series& of) {
  const std::lock_guard lock(mutex_);
  return of.of_threads.emplace_back(std::make_unique<metric_cell[]>(slots())).get();
}

void metric_family::add_part(metric_series& of, const metric_cell& counted) {
  const std::lock_guard lock(mutex_);
  of.of_owners.push_back(&counted);
}

void metric_family::end_part(metric_series& of, const metric_cell& counted) noexcept {
  const std::lock_guard lock(mutex_);
  std::erase(of.of_owners, &counted);
  of.ended.resize(slots());
  const std::uint64_t last = counted.value();
  add_up(of.ended, {&last, 1});
}

void metric_family::add_source(metric_source::state& added) {
  const std::lock_guard lock(mutex_);
  added.of.sources.push_back(&added);
}

/// What was counted stays; what was the case does not.
void metric_family::end_source(metric_source::state& ending) noexcept {
  const std::lock_guard lock(mutex_);
  std::erase(ending.of.sources, &ending);
  if (about_.type == metric_type::gauge) return;
  ending.of.ended.resize(slots());
  add_up(ending.of.ended, ending.last);
}

void metric_family::keep(metric_series& of, std::size_t bucket, const kept_exemplar& one) {
  const std::lock_guard lock(mutex_);
  of.exemplars.resize(about_.bounds.size() + 1);
  of.exemplars[bucket] = one;
}

void metric_family::add_up(std::span<std::uint64_t> numbers,
                           std::span<const std::uint64_t> more) const noexcept {
  for (std::size_t slot = 0; slot < more.size(); ++slot) {
    if (is_real(slot)) {
      numbers[slot] = bits(real(numbers[slot]) + real(more[slot]));
    } else {
      numbers[slot] += more[slot];
    }
  }
}

void metric_family::sum(metric_series& of, std::span<std::uint64_t> numbers) {
  std::ranges::fill(numbers, 0);
  if (about_.type == metric_type::gauge) numbers[0] = bits(of.level.load());
  add_up(numbers, of.ended);
  std::array<std::uint64_t, histogram_metric::bounds_max + 2> read{};
  for (const auto& cells : of.of_threads) {
    for (std::size_t slot = 0; slot < numbers.size(); ++slot) read[slot] = cells[slot].value();
    add_up(numbers, {read.data(), numbers.size()});
  }
  for (const metric_cell* const one : of.of_owners) {
    read[0] = one->value();
    add_up(numbers, {read.data(), 1});
  }
  for (metric_source::state* const one : of.sources) {
    if (one->home == std::this_thread::get_id()) {
      std::ranges::fill(one->last, 0);
      one->look(one->last);
    }
    add_up(numbers, one->last);
  }
}

metric_part::metric_part(const series_handle& of, const metric_cell& counted)
    : of_(&of.series()), counted_(&counted) {
  of_->family.add_part(*of_, counted);
}
metric_part::~metric_part() {
  if (of_ != nullptr) of_->family.end_part(*of_, *counted_);
}

metric_source::metric_source(const series_handle& of, reading look)
    : state_(new state{.of = of.series(),
                       .look = std::move(look),
                       .last = std::vector<std::uint64_t>(of.series().family.slots())}) {
  state_->of.family.add_source(*state_);
}
metric_source::metric_source(metric_source&&) noexcept = default;
metric_source::~metric_source() {
  if (state_) state_->of.family.end_source(*state_);
}

}  // namespace weir::detail
