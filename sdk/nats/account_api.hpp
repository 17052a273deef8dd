// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/account_info.hpp"
#include "weir/task.hpp"

namespace weir::nats::detail {

class connection_core;

task<account_info> ask_account(connection_core& core);

}  // namespace weir::nats::detail
