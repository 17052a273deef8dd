// SPDX-License-Identifier: Apache-2.0
#include "sim_socket.hpp"

#include <cstring>

namespace weir::detail {

void put_name(const std::optional<socket_address>& name, int family, sockaddr_storage& address,
              socklen_t& size) noexcept {
  address = {};
  address.ss_family = static_cast<sa_family_t>(family);
  size = sizeof address.ss_family;
  if (!name) return;
  size = name->size();
  std::memcpy(&address, name->data(), size);
}

}  // namespace weir::detail
