// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "page_table.hpp"

namespace weir::http {

/// What an answer needs that its page does not know.
struct response_frame {
  std::string_view service = {};  ///< Who answers.
  std::chrono::system_clock::time_point now = {};
  bool has_body = true;  ///< Of an answer to HEAD only the size is told.
  bool closes = false;   ///< The connection ends with it.
};

/// An answer as the bytes that are sent.
std::string response_text(const page_answer& answer, const response_frame& around);

}  // namespace weir::http
