// SPDX-License-Identifier: Apache-2.0
#include "weir/config/detail/struct_shape.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "nearest_name.hpp"
#include "weir/config/secret_file.hpp"
#include "weir/error.hpp"

namespace weir {
namespace detail {
namespace {

using kinds = config_value::kinds;

constexpr const char* file_suffix = "_file";

bool is_named(std::string_view field, const config_value& item) {
  if (!item.of_variable) return field == item.name;
  return std::ranges::equal(field, item.name, [](char one, char other) {
    return (one >= 'A' && one <= 'Z' ? one - 'A' + 'a' : one) == other;
  });
}

bool has_secret(const struct_shape& shape) {
  return std::ranges::any_of(shape.fields, [](const field_shape& field) {
    return field.is_secret || (field.table != nullptr && has_secret(*field.table));
  });
}

/// One table on its way into one struct.
class table_reading {
 public:
  table_reading(const struct_shape& shape, void* object, settings_reader& in)
      : shape_(shape), object_(object), in_(in), given_(shape.fields.size(), nullptr) {}

  bool read(const config_value& item) {
    for (std::size_t i = 0; i < shape_.fields.size(); ++i) {
      const field_shape& field = shape_.fields[i];
      if (is_named(field.name, item)) return read(i, item, item);
    }
    for (std::size_t i = 0; i < shape_.fields.size(); ++i) {
      const field_shape& field = shape_.fields[i];
      if (!field.is_secret) continue;
      if (is_named(std::string(field.name) + file_suffix, item)) return read_file(i, item);
    }
    return refuse_unknown(item);
  }

 private:
  bool read(std::size_t index, const config_value& item, const config_value& value) {
    const field_shape& field = shape_.fields[index];
    const settings_reader::step down(in_, field.name);
    const config_value* const before = std::exchange(given_[index], &item);
    if (before != nullptr && field.table == nullptr) {
      in_.complain(item.origin + ": " + in_.path() + " is there already, by " + before->origin +
                   " (" + before->name + "); leave out one of them");
      return false;
    }
    return field.read(value, object_, in_);
  }

  bool read_file(std::size_t index, const config_value& item) {
    {
      const settings_reader::step down(in_, item.name);
      if (item.kind != kinds::text && item.kind != kinds::loose) {
        return in_.refuse(item, "it must be the name of a file, in quotes");
      }
    }
    config_value value;
    value.kind = kinds::loose;
    value.file = item.text;
    value.origin = item.origin + " (the file " + item.text + ")";
    try {
      value.text = read_secret_file(value.file);
    } catch (const error& failure) {
      in_.complain(item.origin + ": " + in_.path_of(item.name) + ": " + failure.message());
      return false;
    }
    return read(index, item, value);
  }

  bool refuse_unknown(const config_value& item) {
    std::vector<std::string_view> names;
    for (const field_shape& field : shape_.fields) names.push_back(field.name);
    const std::string_view meant = nearest_name(item.name, names);
    const std::string remedy =
        meant.empty() ? "there are " + listed(names) : "did you mean " + in_.path_of(meant) + '?';
    in_.complain(item.origin + ": " + in_.path_of(item.name) + " is no setting; " + remedy);
    return false;
  }

  const struct_shape& shape_;
  void* const object_;
  settings_reader& in_;
  std::vector<const config_value*> given_;  ///< By which item a field was read.
};

}  // namespace

bool read_struct(const config_value& from, const struct_shape& shape, void* object,
                 settings_reader& in) {
  if (from.kind != kinds::table) {
    // It may be meant for a secret in the section.
    std::optional<settings_reader::veil> hidden;
    if (has_secret(shape)) hidden.emplace(in);
    return in.refuse(from, "it is a section, whose keys are set one by one");
  }
  table_reading reading(shape, object, in);
  bool good = true;
  for (const config_value& item : from.items) good = reading.read(item) && good;
  return good;
}

std::string inline_table(const struct_shape& shape, const void* object) {
  std::string text = "{";
  for (const field_shape& field : shape.fields) {
    const auto value = field.text(object);
    if (!value) continue;
    text += (text.size() > 1 ? ", " : "") + std::string(field.name) + " = " + *value;
  }
  return text + "}";
}

}  // namespace detail

void settings_check::refuse(std::string_view key, std::string_view remedy) const {
  std::string shown = "not set";
  for (const detail::field_shape& field : shape_.fields) {
    if (field.name == key) shown = field.text(object_).value_or(shown);
  }
  reader_.refuse(reader_.path_of(key), shown, remedy);
}

}  // namespace weir
