// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::nats::detail {

/// One valid JSON value in a form in which values that mean the same to the server are the same
/// text: members in the order of their names, times in UTC, and nothing that is only empty.
///
/// The server leaves out what is false, 0, "" or empty, or not; so all of these become "null", and
/// a member that is null is left out.
std::string canonical_json(std::string_view text);

/// The same for a set: an array whose order means nothing.
std::string canonical_json_set(std::string_view text);

/// Whether a member that stands somewhere in `wanted` is missing in `is`; both are canonical.
/// Arrays of another length are not looked into.
bool lacks_member(std::string_view is, std::string_view wanted);

}  // namespace weir::nats::detail
