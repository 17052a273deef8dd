// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir::postgres {

/// A JSON document as text, for a column of type jsonb or json.
///
/// The server checks the text (22P02 when it is not JSON) and may give it back in another form:
/// jsonb keeps neither white space nor the order of keys.
struct jsonb {
  std::string text = "null";

  friend bool operator==(const jsonb&, const jsonb&) = default;
};

}  // namespace weir::postgres
