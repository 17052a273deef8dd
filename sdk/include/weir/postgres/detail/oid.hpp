// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weir::postgres::detail {

/// A type's number in pg_type; those of built-in types never change.
using oid = std::uint32_t;

/// Left to the server to infer, as for a quoted literal.
inline constexpr oid inferred_type = 0;

/// From here on a number is assigned to a type when it is created, and differs between databases.
inline constexpr oid first_assigned_type = 10'000;
constexpr bool is_assigned(oid type) { return type >= first_assigned_type; }

inline constexpr oid record_type = 2249;  ///< A row that has no type of its own.
inline constexpr oid record_array_type = 2287;
inline constexpr oid boolean_type = 16;
inline constexpr oid boolean_array_type = 1000;
inline constexpr oid bytea_type = 17;
inline constexpr oid bytea_array_type = 1001;
inline constexpr oid bigint_type = 20;
inline constexpr oid bigint_array_type = 1016;
inline constexpr oid smallint_type = 21;
inline constexpr oid smallint_array_type = 1005;
inline constexpr oid integer_type = 23;
inline constexpr oid integer_array_type = 1007;
inline constexpr oid real_type = 700;
inline constexpr oid real_array_type = 1021;
inline constexpr oid double_type = 701;
inline constexpr oid double_array_type = 1022;
inline constexpr oid text_type = 25;
inline constexpr oid text_array_type = 1009;
inline constexpr oid varchar_type = 1043;
inline constexpr oid varchar_array_type = 1015;
inline constexpr oid char_type = 1042;  ///< char(n).
inline constexpr oid char_array_type = 1014;
inline constexpr oid name_type = 19;
inline constexpr oid name_array_type = 1003;
inline constexpr oid unknown_type = 705;  ///< A literal that nothing gave a type.
inline constexpr oid date_type = 1082;
inline constexpr oid date_array_type = 1182;
inline constexpr oid time_type = 1083;
inline constexpr oid time_array_type = 1183;
inline constexpr oid timestamp_type = 1114;
inline constexpr oid timestamp_array_type = 1115;
inline constexpr oid timestamptz_type = 1184;
inline constexpr oid timestamptz_array_type = 1185;
inline constexpr oid inet_type = 869;
inline constexpr oid inet_array_type = 1041;
inline constexpr oid cidr_type = 650;
inline constexpr oid cidr_array_type = 651;
inline constexpr oid interval_type = 1186;
inline constexpr oid interval_array_type = 1187;
inline constexpr oid numeric_type = 1700;
inline constexpr oid numeric_array_type = 1231;
inline constexpr oid uuid_type = 2950;
inline constexpr oid uuid_array_type = 2951;
inline constexpr oid json_type = 114;
inline constexpr oid json_array_type = 199;
inline constexpr oid jsonb_type = 3802;
inline constexpr oid jsonb_array_type = 3807;
inline constexpr oid int4range_type = 3904;
inline constexpr oid int4range_array_type = 3905;
inline constexpr oid numrange_type = 3906;
inline constexpr oid numrange_array_type = 3907;
inline constexpr oid tsrange_type = 3908;
inline constexpr oid tsrange_array_type = 3909;
inline constexpr oid tstzrange_type = 3910;
inline constexpr oid tstzrange_array_type = 3911;
inline constexpr oid daterange_type = 3912;
inline constexpr oid daterange_array_type = 3913;
inline constexpr oid int8range_type = 3926;
inline constexpr oid int8range_array_type = 3927;

}  // namespace weir::postgres::detail
