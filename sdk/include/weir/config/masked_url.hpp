// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace weir {

/// `text` without what may be a secret in it, for logs and errors: in a URL all between "//user:"
/// and the last "@" in front of a question mark, the values of its parameters that are not known to
/// be harmless, the same account without "//", and the values of `password` and its like in libpq's
/// connection strings, stand as ***. Where it cannot tell it masks too much.
std::string masked_url(std::string text);

}  // namespace weir
