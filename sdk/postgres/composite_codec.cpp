// SPDX-License-Identifier: Apache-2.0
#include "weir/postgres/detail/composite_codec.hpp"

#include "refuse.hpp"

namespace weir::postgres::detail {

composite_reader::composite_reader(std::string_view bytes, std::string_view composite,
                                   std::size_t count)
    : rest_(bytes), composite_(composite) {
  const auto found = get_big_endian<std::uint32_t>(take(4), composite);
  if (found == count) return;
  refuse_value("PostgreSQL sent a composite of " + std::to_string(found) + " fields, while " +
               std::string(composite) + " has " + std::to_string(count) +
               ": give the struct the fields of the composite type, in their order");
}

std::string_view composite_reader::take(std::size_t size) {
  if (size > rest_.size()) {
    refuse_value("PostgreSQL sent a value read as " + std::string(composite_) +
                 " that is no composite, or ends too early");
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

composite_reader::field composite_reader::next() {
  const auto type = get_big_endian<std::uint32_t>(take(4), composite_);
  const auto length = get_big_endian<std::uint32_t>(take(4), composite_);
  if (length == null_length) return {type, std::nullopt};
  return {type, take(length)};
}

void composite_reader::finish() const {
  if (rest_.empty()) return;
  refuse_value("PostgreSQL sent a value read as " + std::string(composite_) + " with " +
               std::to_string(rest_.size()) + " bytes behind its last field");
}

void wrong_field_type(std::string_view composite, std::string_view field, oid found,
                      std::string_view wanted) {
  refuse_value("field \"" + std::string(field) + "\" of " + std::string(composite) +
               " has the type with oid " + std::to_string(found) +
               " in PostgreSQL (select oid::regtype says which), which the C++ field (" +
               std::string(wanted) + ") cannot hold; change the field");
}

void null_field(std::string_view composite, std::string_view field) {
  refuse_value("field \"" + std::string(field) + "\" of " + std::string(composite) +
               " is NULL; make it a std::optional");
}

}  // namespace weir::postgres::detail
