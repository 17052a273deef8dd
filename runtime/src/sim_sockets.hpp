// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "weir/driver.hpp"
#include "weir/socket_address.hpp"

namespace weir::detail {

/// The sockets of one type in a simulation: what socket_calls and io_kind say of the kernel's is
/// true of them. Failures are negative errnos.
class sim_sockets {
 public:
  virtual bool has(int number) const noexcept = 0;
  virtual int open(int family) = 0;
  virtual int open_pair(std::array<int, 2>& ends) = 0;
  virtual int bind(int number, const socket_address& address) = 0;
  virtual int listen(int number, int backlog) = 0;
  virtual int shut_down(int number, int direction) = 0;
  virtual int set_option(int number, int level, int option, int value) = 0;
  virtual int set_structure(int number, int level, int option,
                            std::span<const std::byte> value) = 0;
  virtual int get_option(int number, int level, int option, int& value) = 0;
  virtual int local(int number, sockaddr_storage& address, socklen_t& size) = 0;
  virtual int remote(int number, sockaddr_storage& address, socklen_t& size) = 0;
  virtual void close(int number) = 0;

  virtual void start(io_work& operation) = 0;
  virtual void cancel(io_work& operation) = 0;

 protected:
  ~sim_sockets() = default;
};

}  // namespace weir::detail
