// SPDX-License-Identifier: Apache-2.0
#include "metrics_text.hpp"

#include <charconv>
#include <cmath>

namespace weir::detail {
namespace {

/// The longest that a number can be.
constexpr std::size_t number_bytes_max = 32;

std::string_view type_of(const metric_description& about, bool is_open) noexcept {
  switch (about.type) {
    case metric_type::counter:
      return "counter";
    case metric_type::gauge:
      return is_open && is_info(about) ? "info" : "gauge";
    case metric_type::histogram:
      return "histogram";
  }
  return {};
}

using number_text = std::array<char, number_bytes_max>;

/// As Go writes it, and so Prometheus: with an exponent where there would be many zeros.
std::string_view write_real(number_text& into, double value) {
  const double size = std::abs(value);
  const bool is_plain = size == 0 || (size >= 1e-4 && size < 1e21);
  char* const end = into.data() + into.size();
  const auto written = is_plain ? std::to_chars(into.data(), end, value, std::chars_format::fixed)
                                : std::to_chars(into.data(), end, value);
  return {into.data(), written.ptr};
}

template <std::size_t Size>
void add_hex(std::string& to, const std::array<std::byte, Size>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const std::byte one : bytes) {
    to += digits[std::to_integer<std::size_t>(one) >> 4];
    to += digits[std::to_integer<std::size_t>(one) & 0xf];
  }
}

}  // namespace

void metrics_text::add_head(const metric_description& about) {
  const std::string_view name = is_open_ ? base_name(about) : std::string_view(about.name);
  const auto line = [this, name](std::string_view what, std::string_view text) {
    text_ += "# ";
    text_ += what;
    text_ += ' ';
    text_ += name;
    text_ += ' ';
    text_ += text;
    text_ += '\n';
  };
  line("HELP", escaped(about.help, is_open_));
  line("TYPE", type_of(about, is_open_));
  if (is_open_ && !unit_of(about).empty()) line("UNIT", unit_of(about));
}

void metrics_text::add(metric_family& one) {
  const metric_description& about = one.about();
  add_head(about);
  one.read([&](const metric_series& series, const std::vector<std::uint64_t>& slots) {
    if (one.is_histogram()) return add_histogram(about, series, slots);
    add_name(about, {}, series);
    if (one.is_real(0)) {
      add(std::bit_cast<double>(slots[0]));
    } else {
      add(slots[0]);
    }
    text_ += '\n';
  });
}

void metrics_text::add_histogram(const metric_description& about, const metric_series& series,
                                 const std::vector<std::uint64_t>& slots) {
  std::uint64_t count = 0;
  for (std::size_t bucket = 0; bucket <= about.bounds.size(); ++bucket) {
    count += slots[bucket];
    const bool is_last = bucket == about.bounds.size();
    add_name(about, "_bucket", series, is_last ? "+Inf" : bound_text(about.bounds[bucket]));
    add(count);
    const bool has_exemplar =
        is_open_ && bucket < series.exemplars.size() && series.exemplars[bucket];
    if (has_exemplar) add_exemplar(*series.exemplars[bucket]);
    text_ += '\n';
  }
  add_name(about, "_sum", series);
  add(std::bit_cast<double>(slots[about.bounds.size() + 1]));
  text_ += '\n';
  add_name(about, "_count", series);
  add(count);
  text_ += '\n';
}

void metrics_text::add_name(const metric_description& about, std::string_view ending,
                            const metric_series& series, std::string_view bound) {
  text_ += about.name;
  text_ += ending;
  if (!series.labels.empty() || !bound.empty()) {
    text_ += '{';
    text_ += series.labels;
    if (!bound.empty()) {
      text_ += series.labels.empty() ? "le=\"" : ",le=\"";
      text_ += bound;
      text_ += '"';
    }
    text_ += '}';
  }
  text_ += ' ';
}

/// 71 characters of labels; OpenMetrics allows 128.
void metrics_text::add_exemplar(const kept_exemplar& one) {
  text_ += " # {trace_id=\"";
  add_hex(text_, one.by.trace_id);
  text_ += "\",span_id=\"";
  add_hex(text_, one.by.span_id);
  text_ += "\"} ";
  add(one.value);
  text_ += ' ';
  number_text digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), one.time,
                                 std::chars_format::fixed, 3);
  text_.append(digits.data(), end.ptr);
}

void metrics_text::add(double value) {
  if (std::isnan(value)) {
    text_ += "NaN";
  } else if (std::isinf(value)) {
    text_ += value > 0 ? "+Inf" : "-Inf";
  } else {
    number_text digits;
    text_ += write_real(digits, value);
  }
}

void metrics_text::add(std::uint64_t value) {
  number_text digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text_.append(digits.data(), end.ptr);
}

std::string metrics_text::bound_text(double bound) const {
  number_text digits;
  std::string text(write_real(digits, bound));
  // OpenMetrics wants to see that it is no integer.
  if (is_open_ && text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

std::string metrics_text::take() {
  if (is_open_) text_ += "# EOF\n";
  return std::move(text_);
}

}  // namespace weir::detail

namespace weir {
namespace {

bool is_chosen(std::string_view name, std::string_view only) noexcept {
  if (only.empty()) return true;
  if (only.ends_with('*')) return name.starts_with(only.substr(0, only.size() - 1));
  return name == only;
}

}  // namespace

std::string write_metrics(metrics_format format, std::string_view only,
                          const metrics_registry& of) {
  detail::metrics_text text(format);
  of.registrar().for_each([&](detail::metric_family& one) {
    if (is_chosen(one.about().name, only)) text.add(one);
  });
  return text.take();
}

}  // namespace weir
