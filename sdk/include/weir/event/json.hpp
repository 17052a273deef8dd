// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "weir/event/detail/decode.hpp"
#include "weir/event/detail/encode.hpp"
#include "weir/event/name_style.hpp"
#include "weir/event/raw_json.hpp"
#include "weir/result.hpp"

/// Structs to JSON and back, without a macro and without a schema file:
///
///     struct order { weir::uuid id; std::int64_t amount_cents; std::optional<std::string> note; };
///
///     std::string body = weir::json::encode(order{id, 1250, {}});
///     // {"id":"01890a5d-ac96-774b-bcce-b302099a8057","amount_cents":1250}
///     weir::result<order> back = weir::json::decode<order>(body);
///
/// How C++ types stand in JSON:
/// - bool; every integer type but the character types, as a number that must fit; double;
/// - std::string as a string; weir::uuid and weir::timestamp (RFC 3339) as strings;
/// - an `enum class` as the enumerator's name;
/// - a reflectable struct as an object, std::map<std::string, T> as an object, std::vector<T> as
///   an array, all of these nested;
/// - std::optional<T>: an empty one is left out of its object, and is null in an array;
/// - weir::raw_json as whatever it holds.
///
/// A struct's fields carry their own names, or camelCase ones by weir::json_names.
namespace weir::json {

/// Reads one JSON value as a `T`.
///
/// The whole body must be strict JSON (RFC 8259) in UTF-8, at most `depth_max` deep, with nothing
/// but white space around the value; this holds for the parts that are not used as well. Fields
/// come in any order, and fastest in the order of their declaration. Fields that `T` does not have
/// are ignored. A field that is missing is an error, unless it is a std::optional, which keeps
/// what `T{}` puts there; null for one makes it empty. A field that stands twice is an error.
///
/// An error has the disposition poison and says where in the value, what was expected and what
/// was found instead: "JSON of order: $.amount_cents at byte 59: expected an integer, found the
/// string "12"". The body is only read during the call.
template <class T>
result<T> decode(std::string_view body) {
  detail::reader in(body);
  T value{};
  if (detail::decode_value(in, value) && in.finish()) return value;
  return in.failure(detail::type_name<T>());
}

/// Writes the value behind what `out` holds already, without white space.
///
/// Throws a permanent weir::error for what JSON cannot say: a double that is not finite, a string
/// that is not UTF-8, a time outside the years 0000 to 9999, an enum value without a name, and
/// nesting deeper than `depth_max`. Then `out` is as it was before.
template <class T>
void append(std::string& out, const T& value) {
  detail::writer to(out);
  if (!detail::encode_value(to, value)) throw to.failure(detail::type_name<T>());
}

/// The value as JSON text; throws as `append` does.
template <class T>
std::string encode(const T& value) {
  constexpr std::size_t usual_bytes = 128;
  std::string out;
  out.reserve(usual_bytes);
  append(out, value);
  return out;
}

}  // namespace weir::json
