// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

namespace weir {
namespace detail {
class metric_registrar;
}

/// The metrics that are exported together; almost always global(), which everything takes that is
/// not told otherwise. One of its own lets a test look at nothing else.
///
/// Safe to use from any thread. What is registered stays as long as the registry.
class metrics_registry {
 public:
  /// How many combinations of label values a family has at most. What comes beyond is counted in
  /// one series, each label of which is "__other__", and how often that happened in
  /// `weir_metric_series_refused_total`: a label that takes an id of a customer must not take the
  /// memory, of this program or of Prometheus.
  static constexpr std::size_t series_max = 1000;

  metrics_registry();
  metrics_registry(const metrics_registry&) = delete;
  metrics_registry& operator=(const metrics_registry&) = delete;
  ~metrics_registry();

  /// That of the program; never destroyed.
  static metrics_registry& global();

  /// For weir's own classes.
  detail::metric_registrar& registrar() const noexcept { return *registrar_; }

 private:
  std::unique_ptr<detail::metric_registrar> registrar_;
};

}  // namespace weir
