// SPDX-License-Identifier: Apache-2.0
#include "source_watch.hpp"

#include <array>
#include <utility>
#include <vector>

#include "weir/error.hpp"
#include "weir/timeout.hpp"

namespace weir::dev {
namespace {

namespace fs = std::filesystem;

constexpr change_kinds looked_for = change_kind::created | change_kind::finished |
                                    change_kind::moved_away | change_kind::moved_here |
                                    change_kind::deleted;

/// A folder's entries; none where it is gone already.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
  std::vector<fs::directory_entry> found;
  std::error_code gone;
  for (fs::directory_iterator at(folder, gone), end; !gone && at != end; at.increment(gone)) {
    found.push_back(*at);
  }
  return found;
}

bool is_folder(const fs::directory_entry& entry) {
  std::error_code gone;
  return entry.is_directory(gone) && !entry.is_symlink(gone);
}

bool is_build_directory(const fs::path& folder) {
  std::error_code none;
  return fs::exists(folder / "meson-private", none);
}

}  // namespace

bool is_left_out(std::string_view name) {
  static constexpr std::array<std::string_view, 2> others{"__pycache__", "4913"};  // vim's trial
  if (name.empty() || name.front() == '.' || name.front() == '#' || name.back() == '~') return true;
  return name == others[0] || name == others[1];
}

task<> source_watch::open() { static_cast<void>(co_await add_tree(root_)); }

/// True when there was a file in it.
task<bool> source_watch::add_tree(fs::path folder) {
  std::vector<fs::path> waiting{std::move(folder)};
  bool has_files = false;
  while (!waiting.empty()) {
    const fs::path at = std::move(waiting.back());
    waiting.pop_back();
    if (is_build_directory(at)) continue;
    if (folders_.size() >= watched_folders_max && !folders_.contains(at.string())) {
      throw error(errc::limit_exceeded, disposition::permanent,
                  root_.string() + " has more than " + std::to_string(watched_folders_max) +
                      " folders, which is more than weir dev watches; is it the right folder?");
    }
    // Watched before it is read, so that nothing comes between.
    const auto added = co_await watcher_.add(at.string(), looked_for).as_result();
    if (!added.has_value()) {
      if (added.error().is(errc::not_found)) continue;  // It was there for a moment.
      throw added.error();
    }
    folders_[at.string()] = *added;
    for (const fs::directory_entry& entry : entries_of(at)) {
      if (is_left_out(entry.path().filename().string())) continue;
      if (is_folder(entry)) {
        waiting.push_back(entry.path());
      } else {
        has_files = true;
      }
    }
  }
  co_return has_files;
}

void source_watch::forget_tree(const std::string& folder) {
  const std::string below = folder + "/";
  std::erase_if(folders_, [&](const auto& known) {
    const bool is_in = known.first == folder || known.first.starts_with(below);
    if (is_in) watcher_.remove(known.second);
    return is_in;
  });
}

task<file_change> source_watch::next_change() {
  auto changes = watcher_.changes();
  auto change = co_await changes.next();
  co_return std::move(*change);
}

task<> source_watch::note(file_change change, burst& into) {
  if (change.kind == change_kind::overflowed) {
    static_cast<void>(co_await add_tree(root_));
    into.changed.insert(std::string());
    co_return;
  }
  const auto known = folders_.find(change.path);
  if (change.kind == change_kind::ended) {
    if (known != folders_.end() && known->second == change.watch) folders_.erase(known);
    co_return;
  }
  const bool is_gone =
      change.kind == change_kind::deleted || change.kind == change_kind::moved_away;
  if (is_gone && known != folders_.end()) forget_tree(change.path);
  const fs::path path(change.path);
  if (is_left_out(path.filename().string())) co_return;
  if (is_build_directory(path.parent_path())) {  // It has become one since it is watched.
    forget_tree(path.parent_path().string());
    co_return;
  }
  const std::string shown = path.lexically_relative(root_).string();
  if (is_gone && into.made.erase(shown) > 0) {
    into.changed.erase(shown);
    co_return;
  }
  const bool has_room = into.changed.size() < burst_paths_max && into.made.size() < burst_paths_max;
  if (change.kind == change_kind::created && has_room) into.made.insert(shown);
  std::error_code gone;
  const fs::file_status status = fs::symlink_status(path, gone);
  if (fs::is_directory(status)) {
    const bool has_files = co_await add_tree(path);
    if (!has_files) co_return;
  } else if (change.kind == change_kind::created && !fs::is_symlink(status)) {
    co_return;  // It is written next, and then `finished`.
  }
  if (has_room) into.changed.insert(shown);
}

task<std::set<std::string>> source_watch::next() {
  burst now;
  while (now.changed.empty()) {
    file_change first = co_await next_change();
    co_await note(std::move(first), now);
    const time_point end = loop::current().now() + burst_time_max;
    while (loop::current().now() < end) {
      auto more = co_await with_timeout(quiet_time, next_change()).as_result();
      if (!more.has_value()) {
        if (more.error().is(errc::deadline_exceeded)) break;
        throw more.error();
      }
      co_await note(std::move(*more), now);
    }
    now.made.clear();
  }
  co_return std::move(now.changed);
}

}  // namespace weir::dev
