// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace weir::tools {

/// One line of a plot, and its name in the legend.
struct plot_line {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

struct plot_options {
  std::string title;
  std::string x_label;
  std::string y_label;
  bool logarithmic_y = false;      ///< what is zero or below is left out then
  std::vector<double> marks = {};  ///< places on the x axis that are marked all the way up
};

/// Lines over two axes as an SVG element that needs nothing from outside.
std::string svg_plot(const plot_options& how, const std::vector<plot_line>& lines);

/// Text for HTML and SVG, with what would be markup escaped.
std::string escaped(std::string_view text);

}  // namespace weir::tools
