// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include "connection.hpp"
#include "model_engine.hpp"
#include "seed.hpp"
#include "value.hpp"
#include "weir/loop.hpp"

namespace weir::test {
namespace {

using postgres::detail::connection;
using postgres::detail::copy_message_bytes_max;

/// Bytes that take no memory as long as nobody writes to them.
class untouched_bytes {
 public:
  explicit untouched_bytes(std::size_t size)
      : size_(size),
        first_(
            ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    REQUIRE(first_ != MAP_FAILED);
  }
  untouched_bytes(const untouched_bytes&) = delete;
  untouched_bytes& operator=(const untouched_bytes&) = delete;
  ~untouched_bytes() { ::munmap(first_, size_); }
  std::string_view view() const { return {static_cast<const char*>(first_), size_}; }

 private:
  std::size_t size_;
  void* first_;
};

TEST_SUITE("postgres.copy_model") {
  TEST_CASE("a piece of more bytes than an int counts is sent, in messages of a bounded size") {
    const auto world = std::make_shared<model_world>(weir::test::seed());
    const std::function<void(const postgres::statement_report&)> nobody;
    const untouched_bytes piece((std::size_t{2} << 30) + 1);
    const auto send = [&]() -> task<> {
      const connection::settings settings{.prepared_max = 0, .on_statement = &nobody};
      connection on(std::make_unique<model_engine>(world), settings);
      co_await on.begin_copy("copy stock from stdin", "copy_in stock");
      co_await on.send_copy(piece.view());
      co_await on.finish_copy();
      CHECK_FALSE(on.lost().has_value());
      CHECK_FALSE(on.is_copying());
    };
    loop here;
    here.run(send());
    CHECK(world->copied_bytes == piece.view().size());
    CHECK(world->most_copied_at_once == copy_message_bytes_max);
  }
}

}  // namespace
}  // namespace weir::test
