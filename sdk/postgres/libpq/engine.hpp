// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "../engine.hpp"
#include "raw_connection.hpp"

namespace weir::postgres::detail {

/// The engine on libpq.
class libpq_engine final : public engine {
 public:
  /// `notices` must outlive this.
  libpq_engine(raw_connection opened, const notice_sink* notices);

  bool prepare(const std::string& name, const statement_shape& shape) override;
  bool execute(const std::string& name, parameter_view encoded) override;
  bool describe(const std::string& name) override;
  bool execute_unprepared(const statement_shape& shape, parameter_view encoded) override;
  bool request_answers() override;
  bool sync() override;
  bool send_script(const std::string& sql) override;
  bool end_script() override;
  progress put_copy(std::string_view bytes) override;
  bool end_copy(const std::optional<std::string>& failure) override;
  progress get_copy(std::string& bytes) override;
  int descriptor() const override;
  progress flush() override;
  bool consume() override;
  bool has_unread() const override;
  std::optional<answer> next() override;
  std::optional<notice_of_channel> next_notification() override;
  session_state state() const override;
  bool is_alive() override;
  bool is_standby() const override;
  std::string last_error() const override;
  std::function<void()> canceller() override;

 private:
  void list(parameter_view encoded);

  raw_connection raw_;
  // The arguments of a call to libpq, kept for their memory.
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace weir::postgres::detail
