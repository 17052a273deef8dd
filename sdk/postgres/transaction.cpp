// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/transaction.hpp"

#include "session.hpp"

namespace weir::postgres {
namespace {

constexpr auto take_lock = stmt<"select pg_advisory_xact_lock($1)">;
constexpr auto share_lock = stmt<"select pg_advisory_xact_lock_shared($1)">;
constexpr auto take_free_lock = stmt<"select pg_try_advisory_xact_lock($1)">;

template <class Statement>
task<> lock_by(tx& db, Statement statement, advisory_key key) {
  co_await db.exec(statement, key.number());
}

}  // namespace

tx::tx(std::unique_ptr<detail::session> session) noexcept : session_(std::move(session)) {}
tx::tx(tx&&) noexcept = default;
tx& tx::operator=(tx&&) noexcept = default;
tx::~tx() = default;

task<detail::result_set> tx::run(const detail::statement_shape& shape, detail::parameters encoded) {
  return session_->run(shape, std::move(encoded));
}

std::size_t tx::enqueue_encoded(const detail::statement_shape& shape,
                                const detail::parameters& encoded,
                                std::shared_ptr<detail::reply> to) {
  return session_->enqueue(shape, encoded, std::move(to));
}

detail::parameters& tx::scratch() { return session_->scratch(); }

task<> tx::flush() { return session_->flush(); }

task<> tx::lock(advisory_key key) { return lock_by(*this, take_lock, key); }

task<> tx::lock_shared(advisory_key key) { return lock_by(*this, share_lock, key); }

task<bool> tx::try_lock(advisory_key key) { return one<bool>(take_free_lock, key.number()); }

task<> tx::begin_savepoint() { return session_->begin_savepoint(); }
task<> tx::release_savepoint() { return session_->release_savepoint(); }
task<bool> tx::undo_savepoint() { return session_->undo_savepoint(); }

task<> transaction::commit() { return session_->commit(); }

task<> transaction::rollback() { return session_->rollback(); }

}  // namespace weir::postgres
