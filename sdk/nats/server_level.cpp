// SPDX-License-Identifier: Apache-2.0
#include "server_level.hpp"

#include "account_api.hpp"

namespace weir::nats::detail {

task<since> server_level(connection_core& core, bool has_timestamp) {
  const account_info account = co_await ask_account(core);
  if (account.api_level >= 2) co_return since::v2_12;
  if (account.api_level == 1) co_return since::v2_11;
  co_return has_timestamp ? since::v2_10 : since::v2_9;
}

task<> require_server(connection_core& core, const wanted_config& wanted,
                      const std::vector<config_difference>* only, bool knows_timestamp,
                      bool has_timestamp) {
  const since needed = needed_server(wanted, only);
  if (needed == since::v2_9) co_return;
  if (needed == since::v2_10 && (has_timestamp || !knows_timestamp)) co_return;
  const since level = co_await server_level(core, has_timestamp);
  if (level >= needed) co_return;
  throw too_old(wanted,
                level == since::v2_11   ? "JetStream API level 1 (server 2.11)"
                : level == since::v2_10 ? "no JetStream API level (server 2.10)"
                                        : "no JetStream API level (server 2.10 or older)",
                level);
}

task<> require_2_11(connection_core& core, std::string operation) {
  const since level = co_await server_level(core, false);
  if (level >= since::v2_11) co_return;
  throw error(errc::unsupported, disposition::permanent,
              operation +
                  " needs nats-server 2.11, and the one that answers is older (it has no "
                  "JetStream API level): upgrade it");
}

}  // namespace weir::nats::detail
