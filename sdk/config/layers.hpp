// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/config/detail/settings_reader.hpp"
#include "weir/config/load_settings.hpp"

namespace weir::detail {

/// What the variables say: NATS_URL and the like first, WEIR_NATS__URL over them. Empty ones count
/// as not set.
std::vector<config_value> environment_layers(const settings_sources& from);

/// "shop" of WEIR_SHOP__X; empty for variables of another form.
std::string section_of_variable(std::string_view name);

/// What `--set` says, each a layer of its own: the last one holds.
std::vector<config_value> override_layers(const settings_sources& from, settings_reader& in);

/// The credentials whose names are those of secrets among `secrets`.
config_value credential_layer(const settings_sources& from, std::span<const std::string> secrets,
                              settings_reader& in);

/// What libpq reads by itself, as "PGHOST=db"; masked where it is secret.
std::vector<std::string> libpq_variables(const settings_sources& from);

}  // namespace weir::detail
