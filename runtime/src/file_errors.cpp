// SPDX-License-Identifier: Apache-2.0
#include "file_errors.hpp"

#include <array>
#include <cerrno>

namespace weir::detail {
namespace {

struct remedy {
  int errno_value;
  weir::disposition disposition;
  std::string_view text;
};

constexpr auto retry = disposition::retry;
constexpr auto permanent = disposition::permanent;

constexpr std::array remedies{
    remedy{ENOENT, permanent, "; does it exist, and every directory on the way to it?"},
    remedy{EACCES, permanent,
           "; look at the permissions of it and of every directory on the way (namei -l)"},
    remedy{EPERM, permanent, "; the owner, an attribute (lsattr) or a security profile forbids it"},
    remedy{EROFS, permanent, "; the file system is mounted to be read only"},
    remedy{EEXIST, permanent, "; something has that name already"},
    remedy{ENOTDIR, permanent, "; something on the way to it is not a directory"},
    remedy{ENOTEMPTY, permanent, "; remove what is in it first"},
    remedy{EXDEV, permanent, "; both must lie on the same file system"},
    remedy{ELOOP, permanent, "; its symbolic links lead round in a circle"},
    remedy{EFBIG, permanent, "; larger than the file system or the limit (ulimit -f) allows"},
    remedy{ENXIO, permanent, "; it is a pipe without a reader, a socket, or a missing device"},
    remedy{EBADF, permanent, "; is it closed, or not opened for this?"},
    remedy{EIO, permanent,
           "; the device failed, see the kernel's log: what was written last may be lost"},
    remedy{ENOSPC, retry, "; the file system is full (df, df -i)"},
    remedy{EDQUOT, retry, "; the quota of the user is used up"},
    remedy{EMFILE, retry, "; raise the limit of open files (ulimit -n) or close some"},
    remedy{ENFILE, retry, "; the machine has too many files open (fs.file-max)"},
    remedy{EAGAIN, retry,
           "; no helper thread is to be had: too many blocking calls wait, or the limit of threads "
           "is reached (ulimit -u)"},
};

}  // namespace

error file_error(int errno_value, std::string_view what) {
  // Only a cancellation interrupts a thread that reads or writes a file for a ring.
  if (errno_value == EINTR) return error::cancelled();
  const error plain = error::from_errno(errno_value, what);
  for (const remedy& known : remedies) {
    if (known.errno_value != errno_value) continue;
    return {plain.code(), known.disposition, plain.message() + std::string(known.text)};
  }
  return plain;
}

std::string act_on(std::string_view verb, std::string_view path) {
  return std::string(verb) + " '" + std::string(path) + "'";
}

void check_path(std::string_view path) {
  if (path.find('\0') == std::string_view::npos) return;
  throw error(errc::invalid_argument, disposition::permanent,
              "the path '" + std::string(path.substr(0, path.find('\0'))) +
                  "' goes on behind a NUL, which no path can contain");
}

}  // namespace weir::detail
