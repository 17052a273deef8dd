// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "object_description.hpp"
#include "weir/nats/jetstream.hpp"

namespace weir::nats::detail {

/// What stands under the name now, marks of removed objects as well; nothing where it never was.
/// What is no description counts as the mark of a removed object, so that it can be replaced.
/// Throws `not_found` where the bucket is not there.
task<std::optional<object_description>> find_description(jetstream js, std::string bucket,
                                                         std::string name);

/// The revision of what was found; 0: there is nothing.
inline std::uint64_t revision_of(const std::optional<object_description>& found) noexcept {
  return found ? found->info.revision : 0;
}

/// Stores a description where the last one under its name has this revision (0: there is none), in
/// place of it; gives its own revision, or nothing where another one is there.
task<std::optional<std::uint64_t>> store_description(jetstream js, object_description what,
                                                     std::uint64_t after);

/// What a change makes of what stands under the name; throws where that is not allowed.
using description_change =
    std::function<object_description(const std::optional<object_description>& before)>;

/// A description that was stored, and what stood in its place before.
struct changed_description {
  object_info info;
  std::optional<object_description> before;
};

/// Changes what stands under the name, again where somebody else changed it in this moment.
task<changed_description> change_description(jetstream js, std::string bucket, std::string name,
                                             description_change change);

/// The error of an object that others change whenever it is to be changed.
error changed_by_others(const std::string& bucket, const std::string& name);
/// How often it is tried.
inline constexpr unsigned change_tries_max = 32;

/// Removes the chunks that belong to `nuid`.
task<> purge_chunks(jetstream js, std::string bucket, std::string nuid);

}  // namespace weir::nats::detail
