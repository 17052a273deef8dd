// SPDX-License-Identifier: Apache-2.0
#include "weir/byte_source.hpp"

#include <doctest/doctest.h>

#include "weir/tcp.hpp"
#include "weir/unix_socket.hpp"

using namespace weir;

TEST_SUITE_BEGIN("runtime.byte_source");

namespace {

struct named_source {
  task<std::size_t> read_some(std::span<std::byte> into) { co_return into.size(); }
  const char* name() const { return "the cellar"; }
};

struct unnamed_source {
  task<std::size_t> read_some(std::span<std::byte> into) { co_return into.size(); }
};

struct gives_no_count {
  task<> read_some(std::span<std::byte>) { co_return; }
};

static_assert(byte_source<tcp_stream>);
static_assert(byte_source<unix_stream>);
static_assert(byte_source<named_source>);
static_assert(!byte_source<gives_no_count>);
static_assert(!byte_source<file_descriptor>);

}  // namespace

TEST_CASE("errors call a byte source by its name or its peer, where it has one") {
  CHECK(detail::name_of(named_source{}) == "the cellar");
  CHECK(detail::name_of(socket_stream(file_descriptor(), "127.0.0.1:4222")) == "127.0.0.1:4222");
  CHECK(detail::name_of(unnamed_source{}) == "a byte source");
}

TEST_SUITE_END();
