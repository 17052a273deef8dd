// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/inet.hpp"

#include <algorithm>
#include <charconv>

#include "refuse.hpp"
#include "value_reader.hpp"
#include "weir/postgres/detail/value_codec.hpp"

namespace weir::postgres {
namespace {

constexpr std::size_t word_count = 8;
constexpr std::size_t v4_words = 2;
using words = std::array<std::uint16_t, word_count>;

/// A number of so many digits and no more, without a sign.
std::optional<unsigned> take_number(std::string_view& text, int base, std::size_t digits_max) {
  unsigned value = 0;
  const char* end = text.data() + std::min(text.size(), digits_max);
  const auto read = std::from_chars(text.data(), end, value, base);
  if (read.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return value;
}

bool take(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

/// A number in decimal, up to `max`, that does not begin with a needless zero.
std::optional<unsigned> take_decimal(std::string_view& text, unsigned max) {
  const bool begins_with_zero = text.starts_with('0');
  const std::size_t before = text.size();
  const std::optional<unsigned> value = take_number(text, 10, 3);
  if (!value || *value > max || (begins_with_zero && before - text.size() > 1)) {
    return std::nullopt;
  }
  return value;
}

std::optional<inet::v4_bytes> read_v4(std::string_view text) {
  inet::v4_bytes address{};
  for (std::size_t at = 0; at < address.size(); ++at) {
    if (at > 0 && !take(text, ".")) return std::nullopt;
    const std::optional<unsigned> byte = take_decimal(text, 0xff);
    if (!byte) return std::nullopt;
    address[at] = static_cast<std::uint8_t>(*byte);
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

/// The words on one side of "::", or of the whole address; an IPv4 address is two of them, at the
/// end only. Gives how many there are.
std::optional<std::size_t> read_words(std::string_view text, bool may_end_in_v4, words& out) {
  std::size_t count = 0;
  while (!text.empty()) {
    if (count > 0 && !take(text, ":")) return std::nullopt;
    if (text.find(':') == text.npos && text.find('.') != text.npos) {
      const std::optional<inet::v4_bytes> v4 = read_v4(text);
      if (!v4 || !may_end_in_v4 || count + v4_words > word_count) return std::nullopt;
      for (std::size_t at = 0; at < v4->size(); at += 2) {
        out[count++] = static_cast<std::uint16_t>((*v4)[at] << 8 | (*v4)[at + 1]);
      }
      return count;
    }
    const std::optional<unsigned> word = take_number(text, 16, 4);
    if (!word || count == word_count) return std::nullopt;
    out[count++] = static_cast<std::uint16_t>(*word);
  }
  return count;
}

std::optional<inet::v6_bytes> read_v6(std::string_view text) {
  words all{};
  const std::size_t gap = text.find("::");
  if (gap == text.npos) {
    if (read_words(text, true, all) != word_count) return std::nullopt;
  } else {
    words back{};
    const auto front_count = read_words(text.substr(0, gap), false, all);
    const auto back_count = read_words(text.substr(gap + 2), true, back);
    // "::" stands for one word of zeros at least.
    if (!front_count || !back_count || *front_count + *back_count >= word_count) {
      return std::nullopt;
    }
    std::copy_n(back.begin(), *back_count, all.end() - static_cast<std::ptrdiff_t>(*back_count));
  }
  inet::v6_bytes address{};
  for (std::size_t at = 0; at < word_count; ++at) {
    address[2 * at] = static_cast<std::uint8_t>(all[at] >> 8);
    address[2 * at + 1] = static_cast<std::uint8_t>(all[at]);
  }
  return address;
}

void write_v4(std::string& out, std::span<const std::uint8_t> address) {
  for (std::size_t at = 0; at < inet::v4_size; ++at) {
    if (at > 0) out.push_back('.');
    out += std::to_string(address[at]);
  }
}

struct zeros {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// The first of the longest runs of words that are zero; a single one is none.
zeros longest_zeros(const words& all) {
  zeros best;
  for (std::size_t begin = 0; begin < word_count; ++begin) {
    std::size_t end = begin;
    while (end < word_count && all[end] == 0) ++end;
    if (end - begin > std::max<std::size_t>(best.size, 1)) best = {begin, end - begin};
  }
  return best;
}

void write_v6(std::string& out, std::span<const std::uint8_t> address) {
  words all{};
  for (std::size_t at = 0; at < word_count; ++at) {
    all[at] = static_cast<std::uint16_t>(address[2 * at] << 8 | address[2 * at + 1]);
  }
  const zeros gap = longest_zeros(all);
  // An address of IPv4 in one of IPv6: "::1.2.3.4", "::ffff:1.2.3.4".
  const bool holds_v4 = gap.begin == 0 && (gap.size == 6 || (gap.size == 5 && all[5] == 0xffff));
  const std::size_t written = holds_v4 ? word_count - v4_words : word_count;
  for (std::size_t at = 0; at < written; ++at) {
    if (at >= gap.begin && at < gap.begin + gap.size) {
      if (at == gap.begin) out += at == 0 ? "::" : ":";
      continue;
    }
    char digits[4];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), all[at], 16);
    out.append(digits, end.ptr);
    if (at + 1 < word_count) out.push_back(':');
  }
  if (holds_v4) write_v4(out, address.subspan(inet::v6_size - inet::v4_size));
}

/// Compares the first `bits` bits.
std::strong_ordering compare_bits(std::span<const std::uint8_t> left,
                                  std::span<const std::uint8_t> right, unsigned bits) {
  for (std::size_t at = 0; bits > 0; ++at) {
    const unsigned here = std::min(bits, 8u);
    const unsigned shift = 8 - here;
    const auto order = (unsigned{left[at]} >> shift) <=> (unsigned{right[at]} >> shift);
    if (order != 0) return order;
    bits -= here;
  }
  return std::strong_ordering::equal;
}

void check_prefix(unsigned prefix, unsigned max) {
  if (prefix <= max) return;
  detail::refuse_argument("an inet has a prefix of " + std::to_string(prefix) +
                          " bits, but its address has " + std::to_string(max));
}

}  // namespace

inet inet::v4(const v4_bytes& address, unsigned prefix) {
  check_prefix(prefix, v4_prefix_max);
  inet made;
  made.prefix_ = static_cast<std::uint8_t>(prefix);
  std::ranges::copy(address, made.bytes_.begin());
  return made;
}

inet inet::v6(const v6_bytes& address, unsigned prefix) {
  check_prefix(prefix, v6_prefix_max);
  inet made;
  made.is_v6_ = true;
  made.prefix_ = static_cast<std::uint8_t>(prefix);
  made.bytes_ = address;
  return made;
}

std::optional<inet> inet::parse(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string_view address = text.substr(0, slash);
  std::string_view prefix_text = text.substr(slash);
  const bool is_v6 = address.find(':') != address.npos;
  unsigned prefix = is_v6 ? v6_prefix_max : v4_prefix_max;
  if (take(prefix_text, "/")) {
    const std::optional<unsigned> given = take_decimal(prefix_text, prefix);
    if (!given || !prefix_text.empty()) return std::nullopt;
    prefix = *given;
  }
  if (is_v6) {
    const std::optional<v6_bytes> read = read_v6(address);
    return read ? std::optional(v6(*read, prefix)) : std::nullopt;
  }
  const std::optional<v4_bytes> read = read_v4(address);
  return read ? std::optional(v4(*read, prefix)) : std::nullopt;
}

std::string inet::to_string() const {
  std::string text;
  if (is_v6_) {
    write_v6(text, bytes());
  } else {
    write_v4(text, bytes());
  }
  if (!is_host()) text += "/" + std::to_string(prefix_);
  return text;
}

std::strong_ordering operator<=>(const inet& left, const inet& right) {
  if (left.is_v6_ != right.is_v6_) return left.is_v6_ <=> right.is_v6_;
  const unsigned common = std::min(left.prefix_, right.prefix_);
  const auto network = compare_bits(left.bytes_, right.bytes_, common);
  if (network != 0) return network;
  if (left.prefix_ != right.prefix_) return left.prefix_ <=> right.prefix_;
  return compare_bits(left.bytes_, right.bytes_, left.prefix_max());
}

namespace detail {
namespace {

// The server's numbers of the families, which are the same everywhere.
constexpr std::uint8_t v4_family = 2;
constexpr std::uint8_t v6_family = 3;

template <std::size_t Size>
std::array<std::uint8_t, Size> take_address(value_reader& reader) {
  std::array<std::uint8_t, Size> address{};
  std::ranges::copy(reader.take(Size), address.begin());
  return address;
}

}  // namespace

void codec<inet>::encode(std::string& out, const inet& value) {
  const std::span<const std::uint8_t> address = value.bytes();
  put_big_endian(out, value.is_v6() ? v6_family : v4_family);
  put_big_endian(out, static_cast<std::uint8_t>(value.prefix()));
  put_big_endian(out, std::uint8_t{0});  // not a cidr
  put_big_endian(out, static_cast<std::uint8_t>(address.size()));
  out.append(reinterpret_cast<const char*>(address.data()), address.size());
}

inet codec<inet>::decode(std::string_view bytes, oid) {
  value_reader reader(bytes, name);
  const auto family = reader.number<std::uint8_t>();
  const auto prefix = reader.number<std::uint8_t>();
  reader.number<std::uint8_t>();  // whether it is a cidr
  const auto size = reader.number<std::uint8_t>();
  if (size != reader.left()) wrong_size(name, bytes.size());
  if (family == v4_family && size == inet::v4_size && prefix <= inet::v4_prefix_max) {
    return inet::v4(take_address<inet::v4_size>(reader), prefix);
  }
  if (family == v6_family && size == inet::v6_size && prefix <= inet::v6_prefix_max) {
    return inet::v6(take_address<inet::v6_size>(reader), prefix);
  }
  refuse_value("PostgreSQL sent an inet in a form that this version of weir does not know");
}

}  // namespace detail
}  // namespace weir::postgres
