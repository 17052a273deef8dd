// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "weir/config/detail/struct_shape.hpp"

namespace weir::detail {

/// The structs of this type that running services have; the newest last.
template <class T>
inline std::vector<const void*> settings_in_force;

/// A section of the program's own: its name, and what is done with its struct.
struct own_section {
  std::string name;
  const struct_shape* shape;
  std::shared_ptr<void> (*make)();
  std::vector<const void*>* in_force;
};

template <class T>
own_section make_own_section(std::string name) {
  static_assert(struct_of_settings<T>,
                "weir: settings are a plain struct, whose fields are the keys of its section");
  return {std::move(name), &shape_of<T>::value,
          []() -> std::shared_ptr<void> { return std::make_shared<T>(); }, &settings_in_force<T>};
}

/// Its value in one service.
struct own_settings {
  own_section section;
  std::shared_ptr<void> value;
};

/// Throws `invalid_argument` for a name that no section can have, and for a name or type that one
/// has.
void add_section(std::vector<own_section>& sections, own_section added);

/// Lets settings<T>() give the values for as long as it lives; sections without one have their
/// defaults.
class settings_hold {
 public:
  settings_hold(std::span<const own_settings> given, std::span<const own_section> wanted);
  ~settings_hold();
  settings_hold(const settings_hold&) = delete;
  settings_hold& operator=(const settings_hold&) = delete;

 private:
  std::vector<own_settings> held_;
};

}  // namespace weir::detail
