// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/codec.hpp"

#include <algorithm>

#include "refuse.hpp"
#include "weir/postgres/detail/array_codec.hpp"
#include "weir/postgres/detail/parameters.hpp"

namespace weir::postgres::detail {
namespace {

/// The first byte of jsonb's binary form.
constexpr char jsonb_version = 1;
/// The server's limit; what says more is something else.
constexpr std::uint32_t dimensions_max = 6;

}  // namespace

void wrong_size(std::string_view type, std::size_t size) {
  refuse_value("PostgreSQL sent " + std::to_string(size) + " bytes for a value read as " +
               std::string(type) + ", which is not its size");
}

void text_codec::encode(std::string& out, std::string_view value) {
  require_parameter_bytes(value.size());
  if (value.find('\0') != value.npos) {
    refuse_argument(
        "a text parameter holds a zero byte, which PostgreSQL cannot store in text: send it as "
        "bytea (std::vector<std::byte>), or take the byte out");
  }
  out.append(value);
}

std::string text_codec::decode(std::string_view bytes, oid column) {
  // A domain's number does not tell what it is a domain of; numbers have zero bytes, text has none.
  if (is_assigned(column) && bytes.find('\0') != bytes.npos) {
    refuse_value("a value of the type with oid " + std::to_string(column) +
                 " (select oid::regtype says which) was read as text, which it is not");
  }
  return std::string(bytes);
}

uuid codec<uuid>::decode(std::string_view bytes, oid) {
  uuid::byte_array raw{};
  if (bytes.size() != raw.size()) wrong_size(name, bytes.size());
  std::copy(bytes.begin(), bytes.end(), raw.begin());
  return uuid(raw);
}

void codec<jsonb>::encode(std::string& out, const jsonb& value) {
  require_parameter_bytes(value.text.size());
  out.push_back(jsonb_version);
  out.append(value.text);
}

jsonb codec<jsonb>::decode(std::string_view bytes, oid column) {
  const bool is_json =
      column == json_type || (is_assigned(column) && !bytes.starts_with(jsonb_version));
  if (is_json) return {std::string(bytes)};
  if (bytes.empty() || bytes.front() != jsonb_version) {
    refuse_value("PostgreSQL sent jsonb in a form that this version of weir does not know");
  }
  return {std::string(bytes.substr(1))};
}

void put_array_head(std::string& out, array_head head) {
  const bool is_empty = head.length == 0;
  put_big_endian(out, std::uint32_t{is_empty ? 0u : 1u});  // dimensions
  put_big_endian(out, std::uint32_t{0});                   // flags; the server finds NULLs itself
  put_big_endian(out, head.element_type);
  if (is_empty) return;
  put_big_endian(out, head.length);
  put_big_endian(out, std::uint32_t{1});  // the index of the first element
}

void set_length(std::string& out, std::size_t start) {
  const auto length = static_cast<std::uint32_t>(out.size() - start - sizeof(std::uint32_t));
  write_big_endian(out.data() + start, length);
}

std::string_view array_reader::take(std::size_t size) {
  if (size > rest_.size()) refuse_value("PostgreSQL sent an array that ends too early");
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

array_head array_reader::head() {
  const auto number = [this] { return get_big_endian<std::uint32_t>(take(4), "array"); };
  const std::uint32_t dimensions = number();
  number();  // flags
  const oid element_type = number();
  if (dimensions == 0) return {0, element_type};
  if (dimensions > dimensions_max) {
    refuse_value("PostgreSQL sent a value that is no array for one read as a std::vector");
  }
  if (dimensions > 1) {
    refuse_value("an array of " + std::to_string(dimensions) +
                 " dimensions cannot be read into a std::vector; unnest it in the query");
  }
  const std::uint32_t length = number();
  number();  // the index of the first element
  // Each element takes four bytes at least; no more than came is believed.
  if (length > rest_.size() / sizeof(std::uint32_t)) {
    refuse_value("PostgreSQL sent an array that ends too early");
  }
  return {length, element_type};
}

std::optional<std::string_view> array_reader::element() {
  const auto length = get_big_endian<std::uint32_t>(take(4), "array");
  if (length == null_length) return std::nullopt;
  return take(length);
}

void null_element() {
  refuse_value("an array holds a NULL; read it into a std::vector<std::optional<...>>");
}

void wrong_element_type(std::string_view name, oid found) {
  refuse_value("an array holds elements of the type with oid " + std::to_string(found) +
               ", which cannot be read as " + std::string(name));
}

void parameters::finish(std::size_t offset, bool is_binary) {
  require_parameter_bytes(bytes_.size());
  const std::size_t size = bytes_.size() - offset;
  // libpq reads text up to a zero byte.
  bytes_.push_back('\0');
  slots_.push_back({offset, size, false, is_binary});
}

}  // namespace weir::postgres::detail
