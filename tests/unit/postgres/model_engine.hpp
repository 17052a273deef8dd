// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <set>

#include "engine.hpp"
#include "weir/detail/split_mix.hpp"

namespace weir::test {

/// What the sessions of a model do, and what they have seen; shared by all of them.
struct model_world {
  explicit model_world(std::uint64_t seed) : random(seed) {}

  detail::split_mix random;
  /// Of so many looks at the connection one finds it broken; 0 for none.
  std::uint64_t break_one_in = 0;

  /// So many statements are skipped, and nobody is told why.
  std::size_t skips = 0;
  /// So many connections break when they are to send the next time, and have no socket then.
  std::size_t breaking_flushes = 0;

  std::function<void()> on_close;  ///< Is called on the thread that closes a session.

  std::multiset<std::string> executed;  ///< The arguments of statements.
  std::size_t flushes = 0;              ///< That had something to send.
  std::size_t syncs = 0;
  std::size_t most_bytes = 0;  ///< Of arguments that were sent and not answered, in one session.
  std::size_t copied_bytes = 0;
  std::size_t most_copied_at_once = 0;
};

/// A session with a server that knows a few statements, in place of libpq and PostgreSQL.
///
/// "echo" gives its argument back, and refuses one that begins with "bad" as 22012; "nonsense"
/// cannot be prepared. After a refusal everything is skipped until a Sync. Of scripts it knows COPY
/// from the client, whose rows it counts and drops. Answers come in random portions. Belongs to the
/// loop, but for being made.
class model_engine final : public postgres::detail::engine {
 public:
  explicit model_engine(std::shared_ptr<model_world> world);
  ~model_engine() override;

  bool prepare(const std::string& name, const postgres::detail::statement_shape& shape) override;
  bool execute(const std::string& name, postgres::detail::parameter_view encoded) override;
  bool describe(const std::string&) override { return false; }
  bool execute_unprepared(const postgres::detail::statement_shape& shape,
                          postgres::detail::parameter_view encoded) override;
  bool request_answers() override { return true; }
  bool sync() override;
  bool send_script(const std::string& sql) override;
  bool end_script() override { return !is_broken_; }
  postgres::detail::progress put_copy(std::string_view bytes) override;
  bool end_copy(const std::optional<std::string>& failure) override;
  postgres::detail::progress get_copy(std::string&) override {
    return postgres::detail::progress::broken;
  }
  int descriptor() const override { return has_socket_ ? bell_ : -1; }
  postgres::detail::progress flush() override;
  bool consume() override;
  bool has_unread() const override { return false; }
  std::optional<postgres::detail::answer> next() override;
  std::optional<postgres::detail::notice_of_channel> next_notification() override { return {}; }
  postgres::detail::session_state state() const override;
  bool is_alive() override { return !is_broken_; }
  bool is_standby() const override { return false; }
  std::string last_error() const override { return "the model's connection broke"; }
  std::function<void()> canceller() override;

 private:
  void put(postgres::detail::answer one);
  void put_end(std::size_t bytes);
  void run(std::string argument);
  void refuse(std::string sqlstate, std::string message);
  void ring();

  std::shared_ptr<model_world> world_;
  int bell_;
  std::size_t unsent_ = 0;
  std::size_t bytes_ = 0;
  bool is_skipping_ = false;
  bool is_broken_ = false;
  bool has_socket_ = true;
  std::set<std::string> prepared_;
  std::deque<postgres::detail::answer> coming_;  // Executed, and on their way.
  std::deque<postgres::detail::answer> here_;
  std::deque<std::size_t> sizes_;  // Of the arguments, for each end that is coming.
};

}  // namespace weir::test
