// SPDX-License-Identifier: Apache-2.0
// error: a field cannot be copied in
#include "weir/postgres/copy.hpp"
#include "weir/postgres/value_of.hpp"

struct address {
  std::string street;
};
template <>
struct weir::postgres::value_of<address> : weir::postgres::as_composite<address> {};
struct customer {
  std::int64_t id;
  address home;
};
constexpr auto customers = weir::postgres::table<customer, "customer">;
auto run(weir::postgres::tx& db) { return copy_in(db, customers); }
