// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/file_descriptor.hpp"
#include "weir/loop.hpp"
#include "weir/socket_address.hpp"

namespace weir::detail {

/// An operation of the driver without a face of its own: gives its result or a negative errno.
class plain_operation final : public io_operation {
 public:
  using io_operation::io_operation;
};

/// A socket that is connected to `address`.
task<file_descriptor> connect_to(socket_address address);

/// A socket that listens on `address`.
file_descriptor listen_on(const socket_address& address);

/// The next connection of a listening socket; `address` is its own, for errors.
task<file_descriptor> accept_from(int listener, std::string address);

}  // namespace weir::detail
