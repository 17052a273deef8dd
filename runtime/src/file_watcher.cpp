// SPDX-License-Identifier: Apache-2.0
#include "weir/file_watcher.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "file_errors.hpp"
#include "weir/detail/uninterrupted_call.hpp"
#include "weir/poll.hpp"

namespace weir {
namespace {

struct translation {
  std::uint32_t events;
  change_kind kind;
};

constexpr std::array translations{
    translation{IN_CREATE, change_kind::created},
    translation{IN_MODIFY, change_kind::modified},
    translation{IN_CLOSE_WRITE, change_kind::finished},
    translation{IN_MOVED_FROM | IN_MOVE_SELF, change_kind::moved_away},
    translation{IN_MOVED_TO, change_kind::moved_here},
    translation{IN_DELETE | IN_DELETE_SELF, change_kind::deleted},
    translation{IN_Q_OVERFLOW, change_kind::overflowed},
    translation{IN_IGNORED, change_kind::ended},
};

std::uint32_t mask_of(change_kinds kinds) noexcept {
  std::uint32_t mask = IN_EXCL_UNLINK;  // Of what has no name any more nobody can be told.
  for (const translation& known : translations) {
    if (kinds.contain(known.kind)) mask |= known.events;
  }
  return mask;
}

std::optional<change_kind> kind_of(std::uint32_t events) noexcept {
  for (const translation& known : translations) {
    if ((events & known.events) != 0) return known.kind;
  }
  return std::nullopt;  // IN_UNMOUNT, which IN_IGNORED follows.
}

/// One record of what the kernel tells; `name` lies in the bytes that were read.
struct record {
  watch_id watch;
  std::uint32_t events;
  std::uint32_t move;
  const char* name;  // Padded with NULs; null where it is the watched thing itself.
  std::size_t size;
};

record record_at(const char* place) noexcept {
  inotify_event told;
  std::memcpy(&told, place, sizeof told);
  return {.watch = told.wd,
          .events = told.mask,
          .move = told.cookie,
          .name = told.len > 0 ? place + sizeof told : nullptr,
          .size = sizeof told + told.len};
}

watch_id add_watch(int source, const std::string& path, change_kinds kinds) {
  detail::check_path(path);
  const watch_id added = ::inotify_add_watch(source, path.c_str(), mask_of(kinds));
  if (added >= 0) return added;
  const std::string what = detail::act_on("watch", path);
  if (errno != ENOSPC) throw detail::file_error(errno, what);
  throw error(errc::limit_exceeded, disposition::retry,
              what +
                  ": this user has as many watches as the system allows; raise "
                  "fs.inotify.max_user_watches");
}

}  // namespace

file_watcher::file_watcher() : source_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  if (source_) return;
  const error plain = error::from_errno(errno, "make a watcher of files");
  throw error(plain.code(), plain.disposition(),
              plain.message() + "; raise fs.inotify.max_user_instances or the limit of open files");
}

task<watch_id> file_watcher::add(std::string path, change_kinds kinds) {
  ++adding_;
  detail::uninterrupted_call adding([&] { return add_watch(source_.get(), path, kinds); });
  std::exception_ptr failure;
  watch_id added = -1;
  try {
    added = co_await adding;
    paths_[added] = std::move(path);
  } catch (...) {
    failure = std::current_exception();
  }
  --adding_;
  added_.set();
  if (failure) std::rethrow_exception(failure);
  co_return added;
}

void file_watcher::remove(watch_id watch) noexcept { ::inotify_rm_watch(source_.get(), watch); }

/// Reads what there is, perhaps nothing.
void file_watcher::read_changes() {
  const ssize_t count = ::read(source_.get(), read_.data(), read_.size());
  if (count < 0 && errno == EAGAIN) return;
  if (count < 0) throw error::from_errno(errno, "read the changes of watched files");
  begin_ = 0;
  end_ = static_cast<std::size_t>(count);
}

task<file_change> file_watcher::next_change() {
  for (;;) {
    while (begin_ == end_) {
      co_await poll(source_.get(), POLLIN);
      read_changes();
    }
    const record told = record_at(read_.data() + begin_);
    // A watch can tell of a change before the thread that made it has told of the watch.
    while (told.watch >= 0 && !paths_.contains(told.watch) && adding_ > 0) {
      added_.reset();
      co_await added_.wait();
    }
    begin_ += told.size;
    const std::optional<change_kind> kind = kind_of(told.events);
    if (!kind) continue;
    file_change change{.kind = *kind, .watch = told.watch, .path = {}, .move = told.move};
    const auto found = paths_.find(told.watch);
    if (found != paths_.end()) change.path = found->second;
    if (told.name != nullptr) (change.path += '/') += told.name;
    if (*kind == change_kind::ended && found != paths_.end()) paths_.erase(found);
    co_return change;
  }
}

stream<file_change> file_watcher::changes() {
  for (;;) {
    file_change change = co_await next_change();
    co_yield std::move(change);
  }
}

}  // namespace weir
