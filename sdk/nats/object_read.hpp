// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/jetstream.hpp"
#include "weir/nats/object_contents.hpp"

namespace weir::nats::detail {

/// The object that a name leads to, through links; see object_store::read().
task<object_contents> read_object(jetstream js, std::string bucket, std::string name);

}  // namespace weir::nats::detail
