// SPDX-License-Identifier: Apache-2.0
#include "http/request_reader.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "seed.hpp"

namespace weir::http {
namespace {

/// What becomes of the bytes of a connection.
struct outcome {
  std::vector<std::string> requests;
  int refused = 0;  ///< The status; 0 where nothing was refused.
  std::string why;
  std::size_t continued = 0;  ///< How often the peer was to be told to go on.

  friend bool operator==(const outcome&, const outcome&) = default;
};

std::string text_of(const request_reader::whole_request& asked) {
  const request_head& head = asked.head;
  return std::string(head.method) + ' ' + std::string(head.path) + '?' + std::string(head.query) +
         (head.is_1_0 ? " 1.0" : " 1.1") + " host=" + std::string(head.host.value_or("(none)")) +
         " accept=" + std::string(head.accept) + (head.closes ? " closes" : "") +
         (head.is_for_another ? " for another" : "") + " [" + std::string(asked.body) + ']';
}

/// Reads all that is whole; false after a refusal.
bool read_all(request_reader& reader, outcome& made) {
  for (;;) {
    const auto step = reader.next();
    if (const auto* asked = std::get_if<request_reader::whole_request>(&step)) {
      made.requests.push_back(text_of(*asked));
      reader.drop();
    } else if (const auto* why = std::get_if<refused_request>(&step)) {
      made.refused = why->status;
      made.why = why->why;
      return false;
    } else {
      made.continued += std::get<request_reader::bytes_wanted>(step).continues ? 1U : 0U;
      return true;
    }
  }
}

/// Bytes that come in pieces of at most this size.
outcome read(std::string_view bytes, std::size_t piece = ~std::size_t{}) {
  request_reader reader;
  outcome made;
  while (read_all(reader, made) && !bytes.empty()) {
    const std::span<std::byte> space = reader.space();
    REQUIRE_FALSE(space.empty());
    const std::size_t size = std::min({space.size(), bytes.size(), piece});
    std::memcpy(space.data(), bytes.data(), size);
    reader.add(size);
    bytes.remove_prefix(size);
  }
  return made;
}

int refusal(std::string_view bytes) { return read(bytes).refused; }

std::string get(std::string_view fields) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

constexpr std::string_view conversation =
    "GET /readyz?verbose HTTP/1.1\r\nHost: localhost:8080\r\naccept:  application/json \r\n\r\n"
    "\r\nHEAD /livez HTTP/1.1\r\nHOST: [::1]:8080\r\nUser-Agent: caf\xc3\xa9\r\n\r\n"
    "PUT /loglevel HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\ndebug"
    "POST http://10.0.0.1:80/drain HTTP/1.1\r\nHost: 10.0.0.1\r\nOrigin: http://evil\r\n\r\n"
    "GET /metrics HTTP/1.1\r\nHost:\r\nConnection: keep-alive, Close\r\n\r\n";

const std::vector<std::string>& meaning() {
  static const std::vector<std::string> requests{
      "GET /readyz?verbose 1.1 host=localhost:8080 accept=application/json []",
      "HEAD /livez? 1.1 host=[::1]:8080 accept= []", "PUT /loglevel? 1.1 host=a accept= [debug]",
      "POST /drain? 1.1 host=10.0.0.1 accept= for another []",
      "GET /metrics? 1.1 host= accept= closes []"};
  return requests;
}

TEST_SUITE("observe.request_reader") {
  TEST_CASE("requests come one by one, however many stand behind each other") {
    const outcome made = read(conversation);
    CHECK(made.requests == meaning());
    CHECK(made.refused == 0);
  }

  TEST_CASE("bytes mean the same in whatever pieces they come") {
    for (std::size_t piece = 1; piece < conversation.size(); ++piece) {
      const outcome made = read(conversation, piece);
      REQUIRE(made.requests == meaning());
      REQUIRE(made.refused == 0);
    }
  }

  TEST_CASE("HTTP/1.0 needs no Host and closes; other versions are refused") {
    const outcome old = read("GET / HTTP/1.0\r\n\r\n");
    CHECK(old.requests == std::vector<std::string>{"GET /? 1.0 host=(none) accept= closes []"});
    CHECK(read("GET / HTTP/1.7\r\nHost: a\r\n\r\n").requests.size() == 1);
    CHECK(refusal("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
    CHECK(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
    CHECK(refusal("GET / HTTP/1.1 \r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal("GET / http/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(refusal("GET /\r\n\r\n") == 400);
  }

  TEST_CASE("a request line has a word, a path and a version, with one space between them") {
    for (const std::string_view line :
         {"GET  / HTTP/1.1", " GET / HTTP/1.1", "GET\t/ HTTP/1.1", "G ET / HTTP/1.1",
          "GET / / HTTP/1.1", "G{T / HTTP/1.1", "GET x HTTP/1.1", "GET * HTTP/1.1",
          "GET a:80 HTTP/1.1", "GET http:// HTTP/1.1", "GET http://a?b HTTP/1.1",
          "GET /caf\xc3\xa9 HTTP/1.1", "GET", ""}) {
      INFO(line);
      CHECK(refusal(std::string(line) + "\r\nHost: a\r\n\r\n") == 400);
    }
    CHECK(refusal("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  }

  TEST_CASE("a field is a word, a colon and a text on one line") {
    for (const std::string_view field :
         {"Accept : a", ": a", "no colon", " folded: a", "\tfolded: a", "Acc\x01pt: a",
          "Accept: a\x7f", "A: b\r\n folded"}) {
      INFO(field);
      CHECK(refusal(get(std::string(field) + "\r\n")) == 400);
    }
    CHECK(
        read(get("X: a\tb\r\nAccept:text/plain\r\n")).requests.front().find("accept=text/plain") !=
        std::string::npos);
  }

  TEST_CASE("a line ends with CR and LF, and other control characters stand nowhere") {
    CHECK(refusal("GET / HTTP/1.1\nHost: a\n\n") == 400);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a\n\r\n") == 400);
    CHECK(refusal("GET / HTTP/1.1\rHost: a\r\n\r\n") == 400);
    CHECK(refusal(std::string("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29)) == 400);
    // A TLS handshake and a line that never ends are found out before there is a whole head.
    CHECK(refusal(std::string("\x16\x03\x01\x02\x00\x01\x00", 7)) == 400);
    CHECK(refusal("\n") == 400);
  }

  TEST_CASE("there is one Host, and it is one") {
    CHECK(refusal("GET / HTTP/1.1\r\n\r\n") == 400);
    CHECK(refusal(get("Host: b\r\n")) == 400);
    CHECK(refusal(get("host: a\r\n")) == 400);
    for (const std::string_view host : {"a b", "a/b", "user@a", "a,b", "a\"b", "<a>"}) {
      INFO(host);
      CHECK(refusal("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == 400);
    }
  }

  TEST_CASE("nobody can be unsure where a request ends") {
    CHECK(refusal(get("Content-Length: 1\r\nContent-Length: 1\r\n")) == 400);
    CHECK(refusal(get("Content-Length: 1, 1\r\n")) == 400);
    CHECK(refusal(get("Content-Length: +1\r\n")) == 400);
    CHECK(refusal(get("Content-Length: 0x1\r\n")) == 400);
    CHECK(refusal(get("Content-Length:\r\n")) == 400);
    CHECK(refusal(get("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")) == 400);
    CHECK(refusal(get("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n")) == 400);
    CHECK(refusal(get("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n")) == 400);
    CHECK(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
    CHECK(refusal(get("Transfer-Encoding: gzip\r\n")) == 501);
    CHECK(refusal(get("Transfer-Encoding: xchunked\r\n")) == 501);
    CHECK(refusal(get("Transfer-Encoding:\r\n")) == 501);
    CHECK(refusal(get("Transfer-Encoding: chunked\r\n")) == 411);
  }

  TEST_CASE("a body may have 1024 bytes") {
    const std::string body(http_server::body_bytes_max, 'x');
    const outcome fits = read(get("Content-Length: 1024\r\n") + body + get(""));
    REQUIRE(fits.requests.size() == 2);
    CHECK(fits.requests[0].ends_with('[' + body + ']'));
    CHECK(refusal(get("Content-Length: 1025\r\n")) == 413);
    CHECK(refusal(get("Content-Length: 99999999999999999999999\r\n")) == 413);
  }

  TEST_CASE("a head may have 8192 bytes and 64 fields, a target 2048 bytes") {
    const std::string rest = "\r\n\r\n";
    std::string fits = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    fits += std::string(http_server::head_bytes_max - fits.size() - rest.size(), 'x') + rest;
    CHECK(read(fits + get("")).requests.size() == 2);
    fits.insert(fits.size() - rest.size(), 1, 'x');
    CHECK(refusal(fits) == 431);
    CHECK(refusal("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1 << 20, 'x')) == 431);

    std::string fields;
    for (std::size_t count = 1; count < http_server::fields_max; ++count) fields += "X: y\r\n";
    CHECK(refusal(get(fields)) == 0);
    CHECK(refusal(get(fields + "X: y\r\n")) == 431);

    const std::string target(http_server::target_bytes_max, '/');
    CHECK(refusal("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n") == 0);
    CHECK(refusal("GET /" + target + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
    CHECK(refusal("GET /" + std::string(1 << 20, 'x')) == 414);
  }

  TEST_CASE("who waits to be told to send its body is told once") {
    const std::string head =
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n";
    CHECK(read(head + "ab", 1).continued == 1);
    CHECK(read(head + "ab").continued == 0);
    CHECK(read(head + "ab" + head + "cd", head.size() + 1).continued == 2);
    CHECK(refusal(get("Expect: a miracle\r\n")) == 417);
    CHECK(read("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n").continued ==
          0);
  }

  TEST_CASE("who asks for another is noted") {
    for (const std::string_view field :
         {"Origin: null", "Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4"}) {
      INFO(field);
      const outcome made = read(get(std::string(field) + "\r\n"));
      REQUIRE(made.requests.size() == 1);
      CHECK(made.requests.front().find("for another") != std::string::npos);
    }
  }

  TEST_CASE("hostile bytes are read or refused, and the same in whatever pieces they come") {
    std::mt19937_64 random(test::seed());
    using namespace std::string_literals;
    const std::string alphabet = "GETPOSHAD /?: HTTP/1.1\r\n\r\n\t,;=059aZ\0\x7f\x80\xff"s;
    int refused = 0;
    for (int round = 0; round < 5000; ++round) {
      std::string bytes(conversation);
      for (std::uint64_t change = random() % 4; change < 4; ++change) {
        const std::size_t at = random() % bytes.size();
        switch (random() % 4) {
          case 0:
            bytes[at] = alphabet[random() % alphabet.size()];
            break;
          case 1:
            bytes.insert(at, 1, alphabet[random() % alphabet.size()]);
            break;
          case 2:
            bytes.erase(at, random() % 8);
            if (bytes.empty()) bytes = "\r";
            break;
          default:
            bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 64));
        }
      }
      outcome whole = read(bytes);
      outcome byte_by_byte = read(bytes, 1);
      outcome in_pieces = read(bytes, 1 + random() % 32);
      // How often it had to wait for a body is the one thing that the pieces decide.
      whole.continued = byte_by_byte.continued = in_pieces.continued = 0;
      CHECK(byte_by_byte == whole);
      CHECK(in_pieces == whole);
      refused += whole.refused == 0 ? 0 : 1;
    }
    CHECK(refused > 0);
    CHECK(refused < 5000);
  }

  TEST_CASE("random bytes are refused, or wanted more of, and never read past their end") {
    std::mt19937_64 random(test::seed());
    int refused = 0;
    for (int round = 0; round < 2000; ++round) {
      std::string bytes(random() % 20000, '\0');
      for (char& c : bytes) c = static_cast<char>(random());
      const outcome made = read(bytes, 1 + random() % 9000);
      CHECK(made.requests.empty());
      refused += made.refused == 0 ? 0 : 1;
    }
    CHECK(refused > 1000);
  }
}

}  // namespace
}  // namespace weir::http
