// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/group_commit.hpp"

#include "group_core.hpp"

namespace weir::postgres {

void unit::check_room() const {
  if (writes_.size() < unit_statements_max && bytes() < unit_bytes_max) return;
  throw weir::error(errc::limit_exceeded, disposition::permanent,
                    "a unit keeps too much (" + std::to_string(writes_.size()) + " statements, " +
                        std::to_string(bytes()) + " bytes): use a transaction of its own");
}

group_commit::group_commit(pool& on, group_commit_options options)
    : core_(std::make_unique<detail::group_core>(on, options)) {}

group_commit::~group_commit() = default;

task<> group_commit::close() { return core_->close(); }

namespace detail {

key_turn::key_turn(group_core& of, std::string key) noexcept : of_(of), key_(std::move(key)) {
  of_.enter();
}

key_turn::~key_turn() {
  if (is_taken_) of_.release(key_);
  of_.leave();
}

task<> key_turn::wait() {
  co_await of_.take(key_);
  is_taken_ = true;
}

pool& pool_of(group_core& of) noexcept { return of.on(); }

task<> commit_with_others(group_core& of, unit& done) { return of.commit(done); }

}  // namespace detail
}  // namespace weir::postgres
