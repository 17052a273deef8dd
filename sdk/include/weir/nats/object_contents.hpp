// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/nats/object_info.hpp"
#include "weir/stream.hpp"

namespace weir::nats {

/// An object that is being read: what it is, and its bytes.
///
/// `pieces` gives them in order and asks the server for no more than about 4 MiB ahead of its
/// reader. Their number and their SHA-256 are verified before the last piece is given: one that is
/// short or different ends with `invalid_input` (permanent) in place of it, and one that
/// is replaced or removed meanwhile with `conflict` (retry). A next() that is cancelled has lost
/// nothing. It goes on over lost connections, and may be destroyed at any time; the connection must
/// outlive it, the object_store need not.
struct object_contents {
  object_info info;  ///< of what a link leads to
  stream<std::string> pieces;
};

}  // namespace weir::nats
