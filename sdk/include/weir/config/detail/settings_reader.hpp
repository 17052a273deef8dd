// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/clock.hpp"
#include "weir/config/byte_size.hpp"
#include "weir/config/detail/config_value.hpp"

namespace weir::detail {

/// Where each value comes from, by its path; what is missing has its default.
using setting_origins = std::map<std::string, std::string, std::less<>>;

/// Collects, while layers are read into structs, where values come from and what is wrong.
class settings_reader {
 public:
  /// Of more problems only the number is told.
  static constexpr std::size_t problems_max = 50;

  /// One step down, for as long as it lives: to a field, or to an element of a list.
  class step {
   public:
    step(settings_reader& reader, std::string_view name);
    step(settings_reader& reader, std::size_t index);
    ~step() { reader_.path_.resize(length_); }
    step(const step&) = delete;
    step& operator=(const step&) = delete;

   private:
    settings_reader& reader_;
    const std::size_t length_;  ///< Of the path before.
  };

  /// No value is shown in a problem for as long as it lives.
  class veil {
   public:
    explicit veil(settings_reader& reader) : reader_(reader) { ++reader_.veils_; }
    ~veil() { --reader_.veils_; }
    veil(const veil&) = delete;
    veil& operator=(const veil&) = delete;

   private:
    settings_reader& reader_;
  };

  explicit settings_reader(setting_origins& origins) : origins_(origins) {}

  /// "nats.tls.required".
  const std::string& path() const noexcept { return path_; }
  std::string path_of(std::string_view key) const;

  /// Notes that the value at path() comes from there.
  void accept(const config_value& from);
  /// The value at path() cannot be used; `remedy` says what could be. Gives false.
  bool refuse(const config_value& from, std::string_view remedy);
  /// The value at `path`, from wherever it came, which is shown as `shown`.
  void refuse(const std::string& path, std::string_view shown, std::string_view remedy);
  /// A problem in words of its own.
  void complain(std::string problem);

  /// All problems, one a line; empty where there is none.
  std::string problems() const;

 private:
  setting_origins& origins_;
  std::string path_;
  unsigned veils_ = 0;
  std::vector<std::string> problems_;
  std::size_t not_kept_ = 0;
};

/// Read one value; false, with a problem, where it has another type or is out of range.
bool read_value(const config_value& from, std::string& into, settings_reader& in);
bool read_value(const config_value& from, bool& into, settings_reader& in);
bool read_value(const config_value& from, double& into, settings_reader& in);
bool read_value(const config_value& from, byte_size& into, settings_reader& in);
bool read_value(const config_value& from, duration& into, settings_reader& in);
bool read_signed(const config_value& from, std::int64_t& into, std::int64_t min, std::int64_t max,
                 settings_reader& in);
bool read_unsigned(const config_value& from, std::uint64_t& into, std::uint64_t max,
                   settings_reader& in);
bool read_one_of(const config_value& from, std::size_t& into,
                 std::span<const std::string_view> names, settings_reader& in);
/// The list itself, or the one that a loose text is.
std::optional<config_value> read_list(const config_value& from, settings_reader& in);

/// As TOML writes them. What may be a secret in a text is masked.
std::string toml_text(std::string_view text);
std::string toml_text(double number);

}  // namespace weir::detail
