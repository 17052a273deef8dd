// SPDX-License-Identifier: Apache-2.0
#include "weir/sim.hpp"

#include <cstdio>

#include "sim_seed.hpp"

namespace weir::detail {
namespace {

std::string with_note(const std::string& text, const std::string& note) {
  return text + (text.ends_with('\n') ? "" : " ") + note;
}

}  // namespace

void throw_with_seed(const std::exception_ptr& failure, std::uint64_t seed, bool given) {
  std::string note = "(seed " + std::to_string(seed);
  if (!given) note += ": run again with WEIR_SEED=" + std::to_string(seed);
  note += ")";
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    throw error(known.code(), known.disposition(), with_note(known.message(), note));
  } catch (const std::exception& other) {
    throw error(errc::unhandled_exception, disposition::retry, with_note(other.what(), note));
  } catch (...) {
    // Perhaps a test framework's, which has to come through.
    std::fprintf(stderr, "a simulation failed %s\n", note.c_str());
    throw;
  }
}

sim_seeds seeds_to_explore(std::uint64_t runs, const sim_options& options) {
  if (const auto wanted = wanted_sim_seed()) return {*wanted, 1};
  return {options.seed.has_value() ? *options.seed : fresh_sim_seed(), runs};
}

}  // namespace weir::detail
