// SPDX-License-Identifier: Apache-2.0
#include "otlp_answer.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "seed.hpp"
#include "weir/error.hpp"

using namespace std::chrono_literals;
using namespace weir;
using namespace weir::detail;
using namespace weir::test;

TEST_SUITE_BEGIN("observe.otlp_answer");

namespace {

/// Feeds bytes from memory that ends where they end, in pieces of `size`; gives whether the answer
/// is whole.
bool feed(otlp_answer& to, std::string_view bytes, std::size_t size) {
  bool is_whole = false;
  while (!bytes.empty() && !is_whole) {
    const std::size_t count = std::min(size, bytes.size());
    const auto copy = std::make_unique<char[]>(count);
    std::memcpy(copy.get(), bytes.data(), count);
    is_whole = to.feed({copy.get(), count});
    bytes.remove_prefix(count);
  }
  return is_whole;
}

struct read_answer {
  std::string fault;  ///< Why it is no answer; empty: it is one, or more has to come.
  bool is_whole = false;
  int status = 0;
  std::string body = {};
  bool keeps_connection = false;
};

read_answer read_all(std::string_view bytes, std::size_t size = 1 << 20, bool ends = false) {
  otlp_answer answer;
  read_answer found;
  try {
    found.is_whole = feed(answer, bytes, size);
    if (ends) {
      answer.end();
      found.is_whole = true;
    }
  } catch (const error& failure) {
    CHECK((failure.is(errc::protocol) || failure.is(errc::limit_exceeded)));
    CHECK(failure.disposition() == disposition::retry);
    found.fault = failure.message();
  }
  found.status = answer.status();
  found.body = answer.body();
  found.keeps_connection = answer.keeps_connection();
  return found;
}

std::optional<duration> retry_after(const std::string& value) {
  otlp_answer answer;
  answer.feed("HTTP/1.1 503 busy\r\nRetry-After: " + value + "\r\nContent-Length: 0\r\n\r\n");
  const auto now = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 30s;
  return answer.retry_after(now);
}

constexpr std::string_view chunked =
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
    "5\r\nhello\r\nA;x=\"y\"\r\n, world!!\n\r\n0\r\nTrailer: 1\r\n\r\n";

}  // namespace

TEST_CASE("an answer with a length is whole when so much has come, in pieces of any size") {
  const std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    const read_answer found = read_all(bytes, size);
    REQUIRE(found.fault.empty());
    CHECK(found.is_whole);
    CHECK(found.status == 200);
    CHECK(found.body == "{}");
    CHECK(found.keeps_connection);
  }
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(read_all(std::string_view(bytes).substr(0, length)).is_whole);
    CHECK_FALSE(read_all(std::string_view(bytes).substr(0, length), 99, true).fault.empty());
  }
}

TEST_CASE("an answer in chunks is put together, and what goes before it and behind it dropped") {
  for (std::size_t size = 1; size <= chunked.size(); ++size) {
    const read_answer found = read_all(chunked, size);
    REQUIRE(found.fault.empty());
    CHECK(found.is_whole);
    CHECK(found.status == 200);
    CHECK(found.body == "hello, world!!\n");
    CHECK(found.keeps_connection);
  }
  for (std::size_t length = 0; length < chunked.size(); ++length) {
    CHECK_FALSE(read_all(chunked.substr(0, length), 99, true).fault.empty());
  }
}

TEST_CASE("an answer without a length ends with its connection") {
  const read_answer found = read_all("HTTP/1.1 500 Oh\r\n\r\nsome words", 3, true);
  CHECK(found.fault.empty());
  CHECK(found.status == 500);
  CHECK(found.body == "some words");
  CHECK_FALSE(found.keeps_connection);
}

TEST_CASE("the connection is kept as the server says, and by default from HTTP/1.1 on") {
  const auto keeps = [](std::string_view version, std::string_view header) {
    return read_all("HTTP/" + std::string(version) + " 204\r\n" + std::string(header) + "\r\n")
        .keeps_connection;
  };
  CHECK(keeps("1.1", ""));
  CHECK(keeps("1.1", "Connection: upgrade\r\n"));
  CHECK_FALSE(keeps("1.1", "Connection: Close\r\n"));
  CHECK_FALSE(keeps("1.1", "CONNECTION: te ,close\r\n"));
  CHECK_FALSE(keeps("1.0", ""));
  CHECK(keeps("1.0", "Connection: keep-alive\r\n"));
  // What comes unasked is no answer to what is asked next.
  CHECK_FALSE(read_all("HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\n").keeps_connection);
}

TEST_CASE("what is no answer is found out") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string wrong[] = {
      "SSH-2.0-OpenSSH_9.2\r\n",
      "{",
      "\r\n",
      "HTTP/2 200\r\n\r\n",
      "HTTP/1.2 200 OK\r\n\r\n",
      "HTTP/1.1 20 OK\r\n\r\n",
      "HTTP/1.1 099 OK\r\n\r\n",
      "HTTP/1.1 -20 OK\r\n\r\n",
      "HTTP/1.1 2000\r\n\r\n",
      "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1\r\n\r\n",
      ok + "no header\r\n\r\n",
      ok + ": empty\r\n\r\n",
      ok + "a : b\r\n\r\n",
      ok + "a: b\r\n folded: c\r\n\r\n",
      ok + "Content-Length: many\r\n\r\n",
      ok + "Content-Length: -1\r\n\r\n",
      ok + "Content-Length: 1, 1\r\n\r\n",
      ok + "Content-Length: 99999999999999999999\r\n\r\n",
      ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
      ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      ok + "Transfer-Encoding: gzip, chunked\r\n\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\n\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
      ok + "Transfer-Encoding: chunked\r\n\r\n" + std::string(300, '0'),
  };
  for (const std::string& bytes : wrong) {
    CAPTURE(bytes);
    CHECK_FALSE(read_all(bytes).fault.empty());
    CHECK_FALSE(read_all(bytes, 1).fault.empty());
  }
}

TEST_CASE("a server that never comes to its end is given up at a bound") {
  CHECK_FALSE(read_all("HTTP/1.1 200 OK\r\na: " + std::string(1 << 20, 'b'), 1000).fault.empty());
  std::string interims;
  for (int count = 0; count < 9; ++count) interims += "HTTP/1.1 102 wait\r\n\r\n";
  CHECK_FALSE(read_all(interims).fault.empty());
  std::string trailers = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (int count = 0; count < 2000; ++count) trailers += "a: 234567890\r\n";
  CHECK_FALSE(read_all(trailers).fault.empty());
}

TEST_CASE("of a body that is too long the beginning is kept, and the connection is not") {
  const std::string body(otlp_answer::body_bytes_max + 1, 'x');
  for (const std::string& head :
       {std::string("Content-Length: 99999999\r\n\r\n"), std::string("\r\n"),
        std::string("Transfer-Encoding: chunked\r\n\r\nFFFFFF\r\n")}) {
    const read_answer found = read_all("HTTP/1.1 503 Busy\r\n" + head + body, 4096);
    CHECK(found.fault.empty());
    CHECK(found.is_whole);
    CHECK(found.status == 503);
    CHECK(found.body.size() == otlp_answer::body_bytes_max);
    CHECK_FALSE(found.keeps_connection);
  }
}

TEST_CASE("Retry-After is a number of seconds or a date, and nothing where it is neither") {
  CHECK(retry_after("120") == 120s);
  CHECK(retry_after("0") == 0s);
  CHECK(retry_after("Sun, 06 Nov 1994 08:49:37 GMT") == 7s);
  CHECK(retry_after("Sun, 06 Nov 1994 08:49:00 GMT") == 0s);
  CHECK(retry_after("99999999999") == 24h);
  CHECK(retry_after("Fri, 06 Nov 2094 08:49:37 GMT") == 24h);
  for (const char* text : {"", "-1", "1.5", "soon", "99999999999999999999",
                           "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Xxx 1994 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                           "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:3x GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(retry_after(text).has_value());
  }
}

TEST_CASE("any bytes are an answer, the beginning of one, or found out, and bounded") {
  std::mt19937_64 random(seed());
  constexpr std::string_view pieces[] = {"HTTP/1.1 200 OK\r\n",
                                         "Content-Length: 5\r\n",
                                         "Transfer-Encoding: chunked\r\n",
                                         "\r\n",
                                         "\r",
                                         "\n",
                                         "5\r\nhello\r\n",
                                         "0\r\n",
                                         "Connection: close\r\n",
                                         "hello",
                                         "HTTP/1.1 100\r\n\r\n",
                                         "ffff\r\n",
                                         ":"};
  int whole = 0;
  int wrong = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = random() % 8 == 0 ? "" : "HTTP/1.1 200 OK\r\n";
    for (std::uint64_t count = random() % 8; count > 0; --count) {
      bytes += pieces[random() % std::size(pieces)];
    }
    if (random() % 2 == 0) bytes += "Content-Length: 5\r\n\r\nhello";
    if (!bytes.empty() && random() % 4 == 0) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    CAPTURE(bytes);
    const read_answer at_once = read_all(bytes);
    const read_answer in_bytes = read_all(bytes, 1);
    REQUIRE(at_once.fault.empty() == in_bytes.fault.empty());
    if (at_once.fault.empty()) {
      REQUIRE(at_once.is_whole == in_bytes.is_whole);
      REQUIRE(at_once.body == in_bytes.body);
    }
    REQUIRE(at_once.body.size() <= otlp_answer::body_bytes_max);
    whole += at_once.is_whole ? 1 : 0;
    wrong += at_once.fault.empty() ? 0 : 1;
  }
  CHECK(whole > 100);
  CHECK(wrong > 100);
}

TEST_SUITE_END();
