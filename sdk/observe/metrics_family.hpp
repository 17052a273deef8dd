// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "metrics_names.hpp"
#include "weir/observe/counter.hpp"
#include "weir/observe/detail/metric_part.hpp"
#include "weir/observe/histogram_metric.hpp"

namespace weir::detail {

class metric_family;

/// An exemplar with what it is one of.
struct kept_exemplar {
  exemplar by;
  double value;
  double time;  ///< Seconds since 1970.
};

/// One combination of label values. What counts in it is spread over cells, each with its writer;
/// the family's lock guards which there are.
struct metric_series {
  metric_series(metric_family& home, std::size_t own_number, std::string label_values)
      : family(home), number(own_number), labels(std::move(label_values)) {}

  metric_family& family;
  const std::size_t number;  ///< Among all series of the process, ever.
  const std::string labels;  ///< `country="ch",kind="tea"`.

  std::vector<std::unique_ptr<metric_cell[]>> of_threads;
  std::vector<const metric_cell*> of_owners;
  std::vector<metric_source::state*> sources;
  std::vector<std::uint64_t> ended = {};  ///< What those have counted that are gone.
  std::atomic<double> level{0};           ///< Of a gauge that is set.
  std::vector<std::optional<kept_exemplar>> exemplars = {};  ///< By bucket; empty before the first.
};

struct metric_source::state {
  metric_series& of;
  const reading look;
  const std::thread::id home = std::this_thread::get_id();
  std::vector<std::uint64_t> last;  ///< What it gave last.
};

/// All series of a name.
class metric_family {
 public:
  /// `refusals` counts the series that were one too many; null where there can be none.
  metric_family(metric_description told, const counter_family* refusals);

  const metric_description& about() const noexcept { return about_; }
  /// How many numbers a series has.
  std::size_t slots() const noexcept { return about_.bounds.size() + (is_histogram() ? 2 : 1); }
  bool is_histogram() const noexcept { return about_.type == metric_type::histogram; }
  /// Whether the number of a slot is the bits of a real one.
  bool is_real(std::size_t slot) const noexcept;

  series_handle with(std::initializer_list<std::string_view> values);

  metric_cell* add_cells(metric_series& of);
  void add_part(metric_series& of, const metric_cell& counted);
  void end_part(metric_series& of, const metric_cell& counted) noexcept;
  void add_source(metric_source::state& added);
  void end_source(metric_source::state& ending) noexcept;
  void keep(metric_series& of, std::size_t bucket, const kept_exemplar& one);

  /// Calls `visit(series, slots)` for each series with its numbers as they are now.
  template <class Visit>
  void read(Visit visit) {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint64_t> numbers(slots());
    for (metric_series& one : series_) {
      sum(one, numbers);
      visit(one, numbers);
    }
  }

 private:
  series_handle make(std::string values, std::initializer_list<std::string_view> shown);
  series_handle overflow();
  void check_count(std::size_t values) const;
  void add_up(std::span<std::uint64_t> numbers, std::span<const std::uint64_t> more) const noexcept;
  void sum(metric_series& of, std::span<std::uint64_t> numbers);

  const metric_description about_;
  std::optional<counter> refused_;
  std::mutex mutex_;
  std::deque<metric_series> series_;
  std::unordered_map<std::string, metric_series*> by_values_;
  metric_series* overflow_ = nullptr;
};

/// The families of a registry.
class metric_registrar {
 public:
  /// Registers what counts the series that are refused.
  void count_refusals(metrics_registry& own);
  /// Throws for what check() refuses, and for a name that is taken.
  metric_family& add(metric_description told);

  /// Calls `visit` with each family, in the order of their names.
  template <class Visit>
  void for_each(Visit visit) {
    std::vector<metric_family*> all;
    {
      const std::lock_guard lock(mutex_);
      for (auto& one : families_) all.push_back(&one);
    }
    std::ranges::sort(all, {}, [](const metric_family* one) { return one->about().name; });
    for (metric_family* const one : all) visit(*one);
  }

 private:
  std::mutex mutex_;
  std::deque<metric_family> families_;
  std::unordered_map<std::string, const metric_family*> names_;  ///< See exported_names().
  std::optional<counter_family> refusals_;
};

}  // namespace weir::detail
