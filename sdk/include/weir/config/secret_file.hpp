// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace weir {

/// The largest file of a secret.
inline constexpr std::size_t secret_bytes_max = 64U << 10;

/// The secret in a file, without the line end behind it. Throws `invalid_argument` for a file that
/// cannot be read, is none, is empty or too large, or holds a NUL; nothing of it is in the text.
///
/// Others may be able to read the file: Docker mounts secrets as 0444 and Kubernetes as 0644 in a
/// directory that only the container sees, so its mode says nothing about who can get at it.
std::string read_secret_file(const std::filesystem::path& file);

}  // namespace weir
