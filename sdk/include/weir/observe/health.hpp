// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "weir/clock.hpp"

namespace weir {

/// Something that a program needs in order to do its work.
struct health_check {
  std::string name;  ///< "nats"; one word.
  /// Nothing while it is well, else why it is not, in a sentence without secrets. Called on the
  /// loop for each question: it says what is known already, and asks nobody. Must not throw.
  std::function<std::optional<std::string>()> trouble;
  /// Its trouble is told, and does not make the program unready.
  bool is_optional = false;
};

/// One line of a health_report.
struct health_fact {
  std::string name;
  std::optional<std::string> trouble = {};
  bool is_optional = false;

  bool is_well() const noexcept { return !trouble.has_value(); }
};

/// The answer to one question about health.
struct health_report {
  std::string question;  ///< "livez", "readyz" or "startupz".
  std::vector<health_fact> facts = {};

  /// True when all is well that is not optional.
  bool is_well() const noexcept;
  /// A line for each fact, "[+]nats ok" or "[-]nats failed: why", and "readyz check passed", as
  /// Kubernetes prints it. Why stands there only where `with_reasons`.
  std::string describe(bool with_reasons) const;
};

/// How a program is, from what it was told and what its checks know: alive, started, ready.
///
/// One loop. Nothing here waits or asks anybody, so a question costs next to nothing.
class health {
 public:
  /// A loop that has not turned for so long is not alive.
  static constexpr duration turn_limit = std::chrono::seconds(10);
  /// How often turned() should be called.
  static constexpr duration turn_interval = std::chrono::seconds(1);
  static constexpr std::size_t checks_max = 1000;

  health();
  health(const health&) = delete;
  health& operator=(const health&) = delete;

  /// Throws `invalid_argument` for a name that cannot be used or is taken.
  void add(health_check check);
  /// Takes out all checks: what they look at is about to go.
  void forget_checks() noexcept;

  /// What the start waits for: "waiting for PostgreSQL: connection refused".
  void starting(std::string step) { step_ = std::move(step); }
  /// Migrations, streams and consumers are there.
  void started() noexcept { is_started_ = true; }
  /// The program takes nothing more.
  void draining() noexcept { is_draining_ = true; }
  /// The loop turns.
  void turned() noexcept;

  /// Does the program work at all? Asks for the loop alone: a server that is away is no reason to
  /// start the program anew.
  health_report live() const;
  /// Should it be given work? It has started, does not drain, and its checks are well.
  health_report ready() const;
  /// Has it started?
  health_report startup() const;

 private:
  health_fact startup_fact() const;

  std::vector<health_check> checks_;
  std::string step_;
  bool is_started_ = false;
  bool is_draining_ = false;
  time_point turned_at_;
};

}  // namespace weir
