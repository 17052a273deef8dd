// SPDX-License-Identifier: Apache-2.0
#include "weir/service/raw.hpp"

#include <doctest/doctest.h>

#include "weir/service/service.hpp"

TEST_SUITE_BEGIN("service.raw");

namespace {

struct Filed {
  std::int64_t id;
};
using filed_stream = weir::event_stream<"FILED", "filed.>">;

}  // namespace

template <>
struct weir::bind<Filed> : weir::bound_to<"filed.now", filed_stream, 1> {};

namespace {

weir::task<> keep(weir::raw<Filed>) { co_return; }

}  // namespace

TEST_CASE("a raw handler takes the messages of its event, and any body") {
  const auto entry = weir::detail::make_handler_entry<keep>();

  CHECK(entry.subject == "filed.now");
  CHECK(entry.stream == "FILED");
  const std::string body = "not a filed thing";
  const auto decoded = entry.decode(body);
  CHECK(static_cast<const weir::raw<Filed>*>(decoded.get())->body.data() == body.data());
}

TEST_CASE("a raw handler has no field to be ordered by") {
  weir::service made("filing");

  CHECK_THROWS_WITH_AS(made.on<keep>(weir::durable("filing").ordered_by<&Filed::id>()),
                       doctest::Contains("its handler takes"), weir::error);
}

TEST_SUITE_END();
