// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "model_engine.hpp"
#include "pool_core.hpp"
#include "seed.hpp"
#include "weir/loop.hpp"
#include "weir/postgres/detail/statements.hpp"

namespace {

using namespace weir;
using postgres::detail::pool_core;
using test::model_engine;
using test::model_world;

constexpr postgres::detail::statement_shape write_shape{
    "echo", postgres::detail::parameter_types<std::string>.data(), 1,
    postgres::statement_kind::write, "echo"};

/// True when `work` ends with the error of a statement that was not executed.
template <class T>
task<bool> is_skipped(task<T> work) {
  try {
    (void)co_await std::move(work);
  } catch (const postgres::error& failure) {
    co_return failure.not_executed();
  }
  co_return false;
}

task<> skip_alone(pool_core& pool, model_world& world) {
  world.skips = 1;
  const bool is_told = co_await is_skipped(pool.run(write_shape, postgres::detail::encode("a")));
  CHECK(is_told);
  const auto rows = co_await pool.run(write_shape, postgres::detail::encode("b"));
  CHECK(rows.row_count() == 1);
}

task<> use_pool(std::shared_ptr<model_world> world) {
  pool_core pool({}, [&world](const postgres::pool_options&) -> postgres::detail::connector {
    return [world] { return std::make_unique<model_engine>(world); };
  });
  co_await skip_alone(pool, *world);
  co_await pool.close();
}

}  // namespace

TEST_SUITE("postgres.connection") {
  TEST_CASE("a statement that was skipped is never taken for executed, whatever was refused") {
    loop here;
    here.run(use_pool(std::make_shared<model_world>(test::seed())));
  }

  TEST_CASE("an answer that is not there has no command") {
    CHECK(postgres::detail::result_set().command().empty());
  }
}
