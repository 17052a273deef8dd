// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "weir/observe/trace_context.hpp"

namespace weir {

/// Which traces are recorded. A value; the default is "parentbased_always_on".
///
/// | name | a trace that begins here | a part of another program's trace |
/// |---|---|---|
/// | always_on | is recorded | the same |
/// | always_off | is not | the same |
/// | traceidratio | where its id is among that share of all ids | the same |
/// | parentbased_always_on, parentbased_always_off, parentbased_traceidratio | as above | where
/// that
///   program records it |
///
/// Whether an id belongs to a share depends on nothing else, so programs with the same share
/// record the same traces.
class sampler {
 public:
  sampler() = default;

  /// Reads OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG, a share from 0 to 1 (empty: 1). Throws
  /// `invalid_argument` for another name, and for what is no such share.
  static sampler from_name(std::string_view name, std::string_view argument = {});

  /// Whether the trace of this id is recorded. `parent` is the span that it goes on from, or null;
  /// `has_recorded_link`: it has to do with a trace that is recorded, as a batch does.
  bool records(const trace_context& trace, const trace_context* parent,
               bool has_recorded_link = false) const noexcept;

  /// "parentbased_traceidratio 0.01"
  std::string describe() const;

 private:
  enum class root_rule : unsigned char { always, never, share };

  bool follows_parent_ = true;
  root_rule rule_ = root_rule::always;
  double share_ = 1;
  std::uint64_t bound_ = 0;  ///< Of the upper 63 bits of an id's second half.
};

}  // namespace weir
