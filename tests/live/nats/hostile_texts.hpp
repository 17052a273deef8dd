// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace weir::test {

/// A text out of the hands of a user, and what it must not become: `s` a subject, `p` a pattern,
/// `n` a name of a stream, consumer or bucket, `q` a queue group, `h` a header's name, `v` the
/// value of a header or an id.
struct hostile_text {
  std::string_view text;
  std::string_view refused_as;

  bool is_refused_as(char what) const noexcept {
    return refused_as.find(what) != std::string_view::npos;
  }
};

using std::literals::operator""sv;

inline constexpr std::array hostile_texts{
    // What ends a protocol line, or a line of headers, and begins another.
    hostile_text{"a\r\nPUB stolen 0\r\n\r\n"sv, "spnqhv"},
    hostile_text{"a 0\r\n\r\nPUB stolen 2\r\nhi\r\n"sv, "spnqhv"},
    hostile_text{"\r\n"sv, "spnqhv"},
    hostile_text{"\r"sv, "spnqhv"},
    hostile_text{"\n"sv, "spnqhv"},
    hostile_text{"a\r"sv, "spnqhv"},
    hostile_text{"a\n"sv, "spnqhv"},
    hostile_text{"\ra"sv, "spnqhv"},
    hostile_text{"\na"sv, "spnqhv"},
    hostile_text{"a\n\nb"sv, "spnqhv"},
    hostile_text{"a\r\n\r\nb"sv, "spnqhv"},
    hostile_text{"a\r\nNats-Msg-Id: stolen"sv, "spnqhv"},
    hostile_text{"a\nStatus: 503"sv, "spnqhv"},
    hostile_text{"a\r\nSUB > 99\r\n"sv, "spnqhv"},
    hostile_text{"a\r\nUNSUB 1\r\n"sv, "spnqhv"},
    hostile_text{"a\r\nPING\r\n"sv, "spnqhv"},
    hostile_text{"a\r\nCONNECT {}\r\n"sv, "spnqhv"},
    hostile_text{"+OK\r\n-ERR 'stolen'\r\n"sv, "spnqhv"},
    // What ends a C text: the rest would be missing.
    hostile_text{"\0"sv, "spnqhv"},
    hostile_text{"a\0"sv, "spnqhv"},
    hostile_text{"\0a"sv, "spnqhv"},
    hostile_text{"a\0b"sv, "spnqhv"},
    hostile_text{"a.b\0.c"sv, "spnqhv"},
    // What separates the arguments of a protocol line.
    hostile_text{" "sv, "spnqh"},
    hostile_text{"a b"sv, "spnqh"},
    hostile_text{" a"sv, "spnqh"},
    hostile_text{"a "sv, "spnqh"},
    hostile_text{"a.b c.d"sv, "spnqh"},
    hostile_text{"a _INBOX.stolen 5"sv, "spnqh"},
    hostile_text{"\t"sv, "spnqh"},
    hostile_text{"a\tb"sv, "spnqh"},
    hostile_text{"a\t"sv, "spnqh"},
    hostile_text{"a\vb"sv, "spnqh"},
    hostile_text{"a\fb"sv, "spnqh"},
    // Other control characters.
    hostile_text{"a\x01"sv, "spnqh"},
    hostile_text{"a\x08"sv, "spnqh"},
    hostile_text{"a\x1b[2J"sv, "spnqh"},
    hostile_text{"a\x1f"sv, "spnqh"},
    hostile_text{"a\x7f"sv, "spnqh"},
    // Tokens that are none.
    hostile_text{""sv, "spnqh"},
    hostile_text{"."sv, "spnq"},
    hostile_text{".."sv, "spnq"},
    hostile_text{".a"sv, "spnq"},
    hostile_text{"a."sv, "spnq"},
    hostile_text{"a..b"sv, "spnq"},
    hostile_text{"a.b"sv, "n"},
    // Wildcards where plain text must stand, or where they mean nothing.
    hostile_text{"*"sv, "snq"},
    hostile_text{">"sv, "snq"},
    hostile_text{"a.*"sv, "snq"},
    hostile_text{"a.>"sv, "snq"},
    hostile_text{"*.*.>"sv, "snq"},
    hostile_text{"a.>.b"sv, "spnq"},
    hostile_text{">.a"sv, "spnq"},
    hostile_text{"a*"sv, "spnq"},
    hostile_text{"*a"sv, "spnq"},
    hostile_text{"a>"sv, "spnq"},
    hostile_text{"**"sv, "spnq"},
    hostile_text{"a.b*.c"sv, "spnq"},
    // What leaves a directory, or a text of JSON.
    hostile_text{"../a"sv, "spnq"},
    hostile_text{"a/b"sv, "n"},
    hostile_text{"a\\b"sv, "n"},
    hostile_text{"a\",\"durable_name\":\"b"sv, "nh"},
    // Beyond ASCII: plain bytes to the protocol, but not in the name of a header.
    hostile_text{"caf\xc3\xa9"sv, "h"},
    hostile_text{"a\xc2\xa0"
                 "b"sv,
                 "h"},
    hostile_text{"a\xe2\x80\xa8"
                 "b"sv,
                 "h"},
    // What is kept for others.
    hostile_text{"a:b"sv, "h"},
    hostile_text{"Status"sv, "h"},
    hostile_text{"nats-msg-id"sv, "h"},
};

static_assert(hostile_texts.size() >= 60);

}  // namespace weir::test
