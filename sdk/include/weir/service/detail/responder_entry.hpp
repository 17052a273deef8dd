// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/service/detail/handler_entry.hpp"

namespace weir::detail {

/// A responder without its types: how to decode a request, and how to get its reply.
struct responder_entry {
  std::string_view subject;
  std::string_view request_type;
  std::string_view reply_type;
  bool has_transaction;
  /// Throws poison for a body that is no such request.
  event_holder (*decode)(std::string_view body);
  /// Gives the reply as JSON. The request must live until the task has ended.
  task<std::string> (*run)(const void* request, const handler_resources& from);
};

}  // namespace weir::detail
