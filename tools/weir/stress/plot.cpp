// SPDX-License-Identifier: Apache-2.0
#include "plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "printable.hpp"

namespace weir::tools {
namespace {

constexpr double width = 760;
constexpr double height = 260;
constexpr double left = 70;
constexpr double right = 20;
constexpr double top = 34;
constexpr double bottom = 44;
constexpr int ticks_wanted = 6;
constexpr const char* colours[] = {"#1f6feb", "#d1711b", "#b3261e", "#2e7d32"};

/// The range of an axis, and where its values are drawn.
class axis {
 public:
  axis(double from, double to, bool logarithmic, double start, double end)
      : logarithmic_(logarithmic), start_(start), end_(end) {
    low_ = scale(from);
    high_ = scale(to);
    if (logarithmic_) {
      low_ = std::floor(low_);
      high_ = std::ceil(high_);
    }
    if (high_ <= low_) high_ = low_ + 1;
  }

  double place(double value) const {
    return start_ + (scale(value) - low_) / (high_ - low_) * (end_ - start_);
  }

  std::vector<double> ticks() const {
    const double step = logarithmic_ ? std::max(1.0, std::ceil((high_ - low_) / ticks_wanted))
                                     : round_step((high_ - low_) / ticks_wanted);
    std::vector<double> found;
    const double first = std::ceil(low_ / step) * step;
    for (int at = 0; at <= 2 * ticks_wanted; ++at) {
      const double value = first + at * step;
      if (value > high_ + step / 1000) break;
      found.push_back(logarithmic_ ? std::pow(10, value) : value);
    }
    return found;
  }

 private:
  double scale(double value) const { return logarithmic_ ? std::log10(value) : value; }
  /// 1, 2 or 5 of a power of ten.
  static double round_step(double wanted) {
    const double power = std::pow(10, std::floor(std::log10(wanted)));
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor * power >= wanted) return factor * power;
    }
    return 10 * power;
  }

  bool logarithmic_;
  double low_ = 0;
  double high_ = 1;
  double start_;
  double end_;
};

struct range {
  double low = 0;
  double high = 1;
};

bool is_drawn(const std::pair<double, double>& point, bool logarithmic) {
  return std::isfinite(point.first) && std::isfinite(point.second) &&
         (!logarithmic || point.second > 0);
}

template <class Coordinate>
range range_of(const std::vector<plot_line>& lines, bool logarithmic, Coordinate coordinate) {
  std::optional<range> found;
  for (const plot_line& line : lines) {
    for (const auto& point : line.points) {
      if (!is_drawn(point, logarithmic)) continue;
      const double value = coordinate(point);
      if (!found) found = range{value, value};
      found->low = std::min(found->low, value);
      found->high = std::max(found->high, value);
    }
  }
  return found.value_or(range{.low = 1, .high = 10});
}

void draw_axes(std::string& svg, const plot_options& how, const axis& x, const axis& y) {
  for (const double value : y.ticks()) {
    const double at = y.place(value);
    svg += fmt::format("<line x1='{:.1f}' x2='{:.1f}' y1='{:.1f}' y2='{:.1f}' class='grid'/>", left,
                       width - right, at, at);
    svg += fmt::format("<text x='{:.1f}' y='{:.1f}' class='end'>{:.6g}</text>", left - 6, at + 4,
                       value);
  }
  for (const double value : x.ticks()) {
    svg += fmt::format("<text x='{:.1f}' y='{:.1f}' class='middle'>{:.6g}</text>", x.place(value),
                       height - bottom + 16, value);
  }
  svg += fmt::format("<text x='{:.1f}' y='20' class='title'>{}</text>", left, escaped(how.title));
  svg += fmt::format("<text x='{:.1f}' y='{:.1f}' class='end'>{}</text>", width - right, height - 8,
                     escaped(how.x_label));
  svg += fmt::format("<text x='{:.1f}' y='{:.1f}' class='end'>{}</text>", left - 6, top - 10,
                     escaped(how.y_label));
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    switch (c) {
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '&':
        safe += "&amp;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string svg_plot(const plot_options& how, const std::vector<plot_line>& lines) {
  const bool log = how.logarithmic_y;
  const range across = range_of(lines, log, [](const auto& point) { return point.first; });
  const range up = range_of(lines, log, [](const auto& point) { return point.second; });
  const axis x(across.low, across.high, false, left, width - right);
  const axis y(log ? up.low : std::min(0.0, up.low), up.high, log, height - bottom, top);
  std::string svg = fmt::format("<svg viewBox='0 0 {} {}' role='img'>", width, height);
  draw_axes(svg, how, x, y);
  for (const double mark : how.marks) {
    if (mark < across.low || mark > across.high) continue;
    svg += fmt::format("<line x1='{0:.1f}' x2='{0:.1f}' y1='{1:.1f}' y2='{2:.1f}' class='mark'/>",
                       x.place(mark), top, height - bottom);
  }
  double legend = width - right;
  for (std::size_t at = lines.size(); at-- > 0;) {
    const char* const colour = colours[at % std::size(colours)];
    std::string points;
    for (const auto& point : lines[at].points) {
      if (!is_drawn(point, log)) continue;
      points += fmt::format("{:.1f},{:.1f} ", x.place(point.first), y.place(point.second));
    }
    svg += fmt::format("<polyline points='{}' stroke='{}'/>", points, colour);
    svg += fmt::format("<text x='{:.1f}' y='20' class='end' fill='{}'>{}</text>", legend, colour,
                       escaped(lines[at].name));
    legend -= 9.0 * static_cast<double>(lines[at].name.size()) + 14;
  }
  return svg + "</svg>\n";
}

}  // namespace weir::tools
