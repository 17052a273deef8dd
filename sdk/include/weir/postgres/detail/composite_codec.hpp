// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weir/postgres/detail/own_codec.hpp"
#include "weir/reflect.hpp"

namespace weir::postgres::detail {

/// Takes a composite's binary form apart from the front; every step throws on bytes that are none.
class composite_reader {
 public:
  struct field {
    oid type;
    std::optional<std::string_view> bytes;  ///< Nothing for NULL.
  };

  /// Throws unless there are `count` fields; `composite` is the name of the C++ type.
  composite_reader(std::string_view bytes, std::string_view composite, std::size_t count);

  field next();
  /// Throws unless everything is taken.
  void finish() const;

 private:
  std::string_view take(std::size_t size);

  std::string_view rest_;
  std::string_view composite_;
};

[[noreturn]] void wrong_field_type(std::string_view composite, std::string_view field, oid found,
                                   std::string_view wanted);
[[noreturn]] void null_field(std::string_view composite, std::string_view field);

template <own_type T>
  requires std::same_as<typename value_of<T>::composite_type, T>
struct codec<T> {
  static_assert(reflectable<T>,
                "as_composite is for a struct without constructors and with 1 to 64 fields, or one "
                "with WEIR_FIELDS (weir/reflect.hpp)");

  static constexpr oid type = inferred_type;
  static constexpr oid array_type = inferred_type;
  static constexpr bool binary = false;
  static constexpr std::string_view name = database_name<T>();
  static constexpr bool accepts(oid column) { return is_assigned(column) || column == record_type; }

  static void encode(std::string& out, const T& value) {
    char before = '(';
    for_each_field(value, [&]<class Field>(std::string_view, const Field& field) {
      require_form<Field>();
      out += before;
      before = ',';
      put_part(out, field, "");
    });
    out += ')';
    require_parameter_bytes(out.size());
  }

  static T decode(std::string_view bytes, oid) {
    composite_reader reader(bytes, spelled_name, field_count<T>);
    T made{};
    for_each_field(made, [&]<class Field>(std::string_view field_name, Field& field) {
      require_form<Field>();
      field = read_field<Field>(reader.next(), field_name);
    });
    reader.finish();
    return made;
  }

 private:
  static constexpr std::string_view spelled_name = weir::detail::type_name<T>();

  template <class Field>
  static constexpr void require_form() {
    static_assert(encodable<typename element_of<Field>::type>,
                  "a field of a composite has no PostgreSQL form: use a type that weir knows, or "
                  "specialise weir::postgres::value_of for it");
  }

  template <class Field>
  static Field read_field(const composite_reader::field& found, std::string_view field_name) {
    using form = codec<typename element_of<Field>::type>;
    if (!takes<form>(found.type)) {
      wrong_field_type(spelled_name, field_name, found.type, form::name);
    }
    if (found.bytes) return form::decode(*found.bytes, found.type);
    if constexpr (element_of<Field>::nullable) {
      return std::nullopt;
    } else {
      null_field(spelled_name, field_name);
    }
  }
};

}  // namespace weir::postgres::detail
