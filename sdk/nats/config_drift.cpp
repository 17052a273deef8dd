// SPDX-License-Identifier: Apache-2.0
#include "config_drift.hpp"

#include <algorithm>

#include "canonical_json.hpp"

namespace weir::nats::detail {
namespace {

constexpr std::string_view nothing = "null";

const field_rule& rule_of(const wanted_config& wanted, std::string_view name) {
  const auto found = std::ranges::find(wanted.rules, name, &field_rule::name);
  WEIR_ASSERT(found != wanted.rules.end());
  return *found;
}

/// The servers put what they know about themselves among the metadata.
std::string without_servers_own(const std::string& metadata) {
  auto read = json::decode<std::map<std::string, raw_json>>(metadata);
  if (!read.has_value()) return metadata;
  std::erase_if(*read, [](const auto& one) { return one.first.starts_with("_nats."); });
  return json::encode(*read);
}

/// The field's value so that equal ones have equal texts; "null" for what is as if it were absent.
std::string value_of(const field_rule& rule, const json_fields& fields) {
  const auto found = fields.find(std::string(rule.name));
  if (found == fields.end()) return std::string(nothing);
  const std::string& text = found->second.text();
  if (rule.name == "metadata") return canonical_json(without_servers_own(text));
  const std::string value = rule.is_set ? canonical_json_set(text) : canonical_json(text);
  const bool is_default = !rule.absent.empty() && value == json::encode(std::string(rule.absent));
  return is_default || (rule.zero_is_minus_one && value == "-1") ? std::string(nothing) : value;
}

bool is_fixed(const field_rule& rule, std::string_view is, std::string_view wanted) {
  switch (rule.change) {
    case change_rule::fixed:
      return true;
    case change_rule::stays_set:
      return is == "true" && wanted == nothing;
    case change_rule::free:
      break;
  }
  constexpr std::string_view work_queue = "\"workqueue\"";
  return rule.name == "retention" && (is == work_queue || wanted == work_queue);
}

std::string text_of(const json_fields& fields, std::string_view name) {
  const auto found = fields.find(std::string(name));
  return found == fields.end() ? std::string(nothing) : found->second.text();
}

std::string describe(const config_difference& one) {
  return one.field + " (is " + one.is + ", wanted " + one.wanted + ")";
}

std::string list_of(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& one : parts) out += (out.empty() ? "" : ", ") + one;
  return out;
}

std::string version_of(since value) {
  switch (value) {
    case since::v2_9:
      return "2.9";
    case since::v2_10:
      return "2.10";
    case since::v2_11:
      return "2.11";
    case since::v2_12:
      break;
  }
  return "2.12";
}

}  // namespace

std::vector<config_difference> compare(const wanted_config& wanted, const json_fields& present) {
  std::vector<config_difference> differences;
  for (const auto& field : wanted.fields) {
    const field_rule& rule = rule_of(wanted, field.first);
    const std::string is = value_of(rule, present);
    const std::string should = value_of(rule, wanted.fields);
    if (is == should) continue;
    differences.push_back({.field = field.first,
                           .is = text_of(present, rule.name),
                           .wanted = field.second.text(),
                           .is_fixed = is_fixed(rule, is, should)});
  }
  return differences;
}

json_fields merged(const wanted_config& wanted, json_fields present) {
  for (const auto& field : wanted.fields) present[field.first] = field.second;
  return present;
}

since needed_server(const wanted_config& wanted, const std::vector<config_difference>* only) {
  since needed = since::v2_9;
  for (const auto& field : wanted.fields) {
    const field_rule& rule = rule_of(wanted, field.first);
    if (value_of(rule, wanted.fields) == nothing) continue;
    if (only != nullptr &&
        std::ranges::find(*only, field.first, &config_difference::field) == only->end())
      continue;
    needed = std::max(needed, rule.server);
  }
  return needed;
}

error refused_change(const error& refused, const wanted_config& wanted,
                     const std::vector<config_difference>& differences) {
  std::vector<std::string> fixed;
  std::vector<std::string> free;
  for (const config_difference& one : differences)
    (one.is_fixed ? fixed : free).push_back(describe(one));
  std::string text =
      refused.message() + "; it was to change " + list_of(free.empty() ? fixed : free);
  if (!free.empty() && !fixed.empty()) text += ", " + list_of(fixed);
  if (!fixed.empty()) {
    text += ". No server changes " + list_of(fixed) +
            ": leave that field empty to keep what there is, or delete the " +
            wanted.what.substr(0, wanted.what.find(' ')) + " and have it made anew";
  } else {
    text += ". Nothing was changed: ask for what the server allows, or leave the field empty";
  }
  return {refused.code(), refused.disposition(), text};
}

std::optional<error> not_taken(const wanted_config& wanted, const json_fields& answered,
                               std::string_view left) {
  std::vector<std::string> dropped;
  for (const auto& field : wanted.fields) {
    const field_rule& rule = rule_of(wanted, field.first);
    const std::string should = value_of(rule, wanted.fields);
    const std::string is = value_of(rule, answered);
    if (should == nothing || (is != nothing && !lacks_member(is, should))) continue;
    dropped.push_back((is == nothing ? "" : "a part of ") + field.first +
                      (rule.server == since::v2_9
                           ? std::string()
                           : " (of server " + version_of(rule.server) + ")"));
  }
  if (dropped.empty()) return std::nullopt;
  return error(errc::unsupported, disposition::permanent,
               wanted.what + ": the server dropped " + list_of(dropped) +
                   ", which it does not know; " + std::string(left) +
                   ". Upgrade nats-server, or leave the field empty");
}

error too_old(const wanted_config& wanted, std::string_view server_has, since has) {
  std::vector<std::string> fields;
  for (const auto& field : wanted.fields) {
    const field_rule& rule = rule_of(wanted, field.first);
    if (rule.server <= has || value_of(rule, wanted.fields) == nothing) continue;
    fields.push_back(field.first + " (of server " + version_of(rule.server) + ")");
  }
  return {errc::unsupported, disposition::permanent,
          wanted.what + ": the server does not know " + list_of(fields) + ": it has " +
              std::string(server_has) +
              ". Nothing was changed: upgrade nats-server, or leave the field empty"};
}

}  // namespace weir::nats::detail
