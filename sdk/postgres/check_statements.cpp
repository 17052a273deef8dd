// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/check_statements.hpp"

#include <algorithm>

#include "pool_core.hpp"
#include "weir/postgres/detail/registry.hpp"
#include "weir/timeout.hpp"

namespace weir::postgres {
namespace {

using detail::reply;
using detail::statement_use;

/// How many statements are on their way at a time.
constexpr std::size_t asked_at_once = 64;

/// A use with the place for what the server says of it.
struct question {
  const statement_use* use;
  std::shared_ptr<reply> answer;
};

bool is_own(const statement_use& use) { return use.shape().name.starts_with("weir_"); }

std::vector<question> all_uses() {
  std::vector<question> all;
  for (const statement_use* use = statement_use::newest(); use != nullptr; use = use->next()) {
    if (!is_own(*use)) all.push_back({use, std::make_shared<reply>()});
  }
  // In an order that does not hang on the linker.
  std::ranges::sort(all, {}, [](const question& one) {
    return std::pair(one.use->shape().name, std::string_view(one.use->shape().sql));
  });
  return all;
}

std::string fault_of(const question& asked) {
  if (asked.answer->failure) {
    const error_fields& said = asked.answer->failure->fields();
    std::string why = said.message + " (SQLSTATE " + said.sqlstate + ')';
    if (said.position > 0) why += ", at character " + std::to_string(said.position);
    if (!said.hint.empty()) why += "; hint: " + said.hint;
    return why;
  }
  if (asked.use->check() == nullptr) return {};
  try {
    asked.use->check()(asked.answer->rows);
  } catch (const weir::error& unfit) {
    return unfit.message();
  }
  return {};
}

}  // namespace

task<std::vector<statement_fault>> check_statements(pool& on) {
  const std::vector<question> all = all_uses();
  std::vector<statement_fault> faults;
  const detail::lease lent = co_await detail::pool_access::of(on).acquire();
  for (std::size_t first = 0; first < all.size(); first += asked_at_once) {
    const std::size_t end = std::min(first + asked_at_once, all.size());
    for (std::size_t at = first; at < end; ++at) {
      lent->send_description(all[at].use->shape(), all[at].answer);
      lent->send_sync();
    }
    const auto settled = co_await lent->settle().as_result();
    if (!settled) {
      co_await shield(lent->interrupt());
      throw settled.error();
    }
    if (lent->lost()) throw error(*lent->lost());
    for (std::size_t at = first; at < end; ++at) {
      std::string why = fault_of(all[at]);
      const detail::statement_shape& shape = all[at].use->shape();
      if (!why.empty()) faults.push_back({shape.name, shape.sql, std::move(why)});
    }
  }
  co_return faults;
}

std::string to_string(const std::vector<statement_fault>& faults) {
  std::string text;
  for (std::size_t at = 0; at < faults.size(); ++at) {
    const statement_fault& one = faults[at];
    text += std::to_string(at + 1) + ". ";
    if (!one.name.empty()) text += std::string(one.name) + ": ";
    text += one.why + "\n   in: " + std::string(one.sql) + '\n';
  }
  return text;
}

}  // namespace weir::postgres
