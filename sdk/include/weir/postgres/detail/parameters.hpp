// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "weir/postgres/detail/array_codec.hpp"
#include "weir/postgres/detail/composite_codec.hpp"
#include "weir/postgres/detail/enum_codec.hpp"
#include "weir/postgres/detail/range_codec.hpp"
#include "weir/postgres/detail/transaction_control.hpp"
#include "weir/postgres/statement.hpp"

namespace weir::postgres::detail {

/// The arguments of one statement in the form in which they travel.
class parameters {
 public:
  /// One value: its place in the bytes.
  struct slot {
    std::size_t offset;
    std::size_t size;
    bool is_null;
    bool is_binary;
  };

  template <class T>
  void add(const T& value) {
    using plain = std::decay_t<T>;
    if constexpr (element_of<plain>::nullable) {
      if (value.has_value()) return add(*value);
      slots_.push_back({bytes_.size(), 0, true, true});
    } else {
      const std::size_t offset = bytes_.size();
      codec<plain>::encode(bytes_, value);
      finish(offset, codec<plain>::binary);
    }
  }

  /// Adds a value in its binary form, which `write(std::string&)` appends.
  template <class Write>
  void add_binary(Write write) {
    const std::size_t offset = bytes_.size();
    write(bytes_);
    finish(offset, true);
  }
  void reserve(std::size_t bytes, std::size_t values) {
    bytes_.reserve(bytes);
    slots_.reserve(values);
  }

  void clear() noexcept {
    bytes_.clear();
    slots_.clear();
  }

  /// Keeps the error of an argument that cannot travel, for the one who awaits the statement.
  void refuse(std::exception_ptr why) noexcept { refused_ = std::move(why); }
  void throw_if_refused() const {
    if (refused_) std::rethrow_exception(refused_);
  }

  const std::string& bytes() const noexcept { return bytes_; }
  const std::vector<slot>& slots() const noexcept { return slots_; }

 private:
  void finish(std::size_t offset, bool is_binary);

  std::string bytes_;
  std::vector<slot> slots_;
  std::exception_ptr refused_;
};

/// The arguments of one statement, which others keep.
class parameter_view {
 public:
  parameter_view() = default;
  parameter_view(const parameters& all) noexcept  // NOLINT: implicit is the point
      : bytes_(all.bytes()), slots_(all.slots()) {}
  /// Some of the values in `all`, one behind the other.
  parameter_view(const parameters& all, std::size_t first, std::size_t count) noexcept
      : bytes_(all.bytes()), slots_(std::span(all.slots()).subspan(first, count)) {}

  /// Null for NULL; else the first byte.
  const char* value(const parameters::slot& of) const noexcept {
    return of.is_null ? nullptr : bytes_.data() + of.offset;
  }
  std::span<const parameters::slot> slots() const noexcept { return slots_; }
  std::size_t size() const noexcept {
    std::size_t sum = 0;
    for (const parameters::slot& one : slots_) sum += one.size;
    return sum;
  }

 private:
  std::string_view bytes_;
  std::span<const parameters::slot> slots_;
};

/// A statement with the types of its arguments; its address is its identity on a connection.
struct statement_shape {
  const char* sql;
  const oid* types;
  std::size_t count;
  statement_kind kind;
  std::string_view name = {};
};

template <class T>
using parameter_codec = codec<typename element_of<std::decay_t<T>>::type>;

template <class... Args>
inline constexpr std::array<oid, sizeof...(Args)> parameter_types{parameter_codec<Args>::type...};

template <class Statement, class... Args>
inline constexpr statement_shape shape_of{Statement::text().data(), parameter_types<Args...>.data(),
                                          sizeof...(Args), Statement::kind, Statement::name()};

/// The checks of a call, each with one sentence when it fails.
template <class Statement, class... Args>
constexpr const statement_shape& check_call() {
  static_assert(!controls_transaction(Statement::text()),
                "a statement must not begin or end a transaction (abort, begin, commit, end, "
                "prepare, rollback, start): use pool::transaction() or pool::begin(), throw to "
                "roll back, and undo a part of it by savepoint()");
  static_assert(Statement::placeholders <= parameters_max,
                "a statement has at most 65535 parameters: send many values as one array, and "
                "unnest it in the statement");
  static_assert(Statement::placeholders == sizeof...(Args),
                "the statement has another number of placeholders ($1, $2, ...) than there are "
                "arguments");
  static_assert((encodable<typename element_of<std::decay_t<Args>>::type> && ...),
                "an argument's type has no PostgreSQL form: use bool, int16/32/64, float, "
                "double, std::string, std::vector<std::byte>, weir::uuid, weir::timestamp, a value "
                "type of weir/postgres/ (jsonb, numeric, ...), a type of your own with a "
                "weir::postgres::value_of, a vector or an optional of these");
  return shape_of<Statement, std::decay_t<Args>...>;
}

template <class... Args>
void encode_into(parameters& out, const Args&... args) {
  (out.add(args), ...);
}

template <class... Args>
parameters encode(const Args&... args) {
  parameters encoded;
  try {
    encode_into(encoded, args...);
  } catch (...) {
    encoded.refuse(std::current_exception());
  }
  return encoded;
}

}  // namespace weir::postgres::detail
