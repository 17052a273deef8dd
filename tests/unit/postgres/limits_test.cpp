// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/limits.hpp"

#include <sys/mman.h>

#include "value.hpp"
#include "weir/postgres/detail/parameters.hpp"

namespace weir::postgres::detail {
namespace {

template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const weir::error& refused) {
    CHECK(refused.is(errc::invalid_argument));
    CHECK(refused.disposition() == disposition::permanent);
    return refused.message();
  }
  return "not refused";
}

TEST_SUITE("postgres.limits") {
  TEST_CASE("parameters of almost 1 GiB are the largest that are sent") {
    CHECK_NOTHROW(require_parameter_bytes(parameter_bytes_max));
    const std::string text = refusal([] { require_parameter_bytes(parameter_bytes_max + 1); });
    CHECK(text.find("1072693248 bytes") != std::string::npos);
    CHECK(text.find("1 GiB") != std::string::npos);
    // With all that the server's message has around them: six bytes for each, and names.
    CHECK(parameter_bytes_max + 6 * parameters_max + 1024 < 0x3fffffff);
  }

  TEST_CASE("a value that is too large is refused before it is copied") {
    // Address space alone: nothing reads the bytes, and so they take no memory.
    constexpr std::size_t size = parameter_bytes_max + 1;
    void* space =
        mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(space != MAP_FAILED);
    const std::string_view value(static_cast<const char*>(space), size);
    const std::string text = refusal([&] { encode(std::int32_t{1}, value).throw_if_refused(); });
    CHECK(text.find("1072693248 bytes") != std::string::npos);
    munmap(space, size);
  }

  TEST_CASE("an array of more elements than the server makes is refused") {
    CHECK_NOTHROW(require_array_elements(array_elements_max));
    const std::string number = refusal([] { require_array_elements(array_elements_max + 1); });
    CHECK(number.find("134217728 elements") != std::string::npos);
    // Sixteen mebibytes of bits, which nothing is made of.
    const std::vector<bool> bits(array_elements_max + 1);
    CHECK(refusal([&] { (void)encoded(bits); }) == number);
  }
}

}  // namespace
}  // namespace weir::postgres::detail
