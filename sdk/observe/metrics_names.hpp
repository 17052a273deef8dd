// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::detail {

enum class metric_type : unsigned char { counter, gauge, histogram };

/// What is told of a metric once.
struct metric_description {
  metric_type type;
  std::string name;
  std::string help;
  std::vector<std::string> labels = {};
  std::vector<double> bounds = {};  ///< Of a histogram.
  bool is_real = false;             ///< A counter of parts of something, seconds say.
};

/// Throws `invalid_argument` for what Prometheus or OpenMetrics do not take, or its users would
/// stumble over.
void check(const metric_description& about);

/// The name in OpenMetrics: that of a counter has no `_total`, that of an info no `_info`.
std::string_view base_name(const metric_description& about) noexcept;
/// A gauge that is always 1, whose labels say something.
bool is_info(const metric_description& about) noexcept;
/// "seconds", "bytes" or "ratio", where the name says so; else empty.
std::string_view unit_of(const metric_description& about) noexcept;
/// All names under which it is exported, in any form: two metrics must not share one.
std::vector<std::string> exported_names(const metric_description& about);

/// Its text form, of no more than so many bytes, without what is not UTF-8, and escaped.
inline constexpr std::size_t label_value_bytes_max = 128;
std::string label_text(std::string_view value);
/// `text` with a backslash before each backslash and line break, and before quotes if wanted.
std::string escaped(std::string_view text, bool with_quotes);

}  // namespace weir::detail
