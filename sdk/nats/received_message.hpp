// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "weir/nats/message.hpp"

namespace weir::nats::detail {

/// The parts of a message, in memory that belongs to somebody else.
struct message_parts {
  std::string_view subject;
  std::string_view reply;    ///< empty where there is none
  std::string_view headers;  ///< the whole block; empty where there is none
  std::string_view payload;
};

/// A message with a copy of the parts: one allocation, from the thread's pool of frames. Subject
/// and reply end with a zero byte.
message copy_message(const message_parts& parts);

}  // namespace weir::nats::detail
