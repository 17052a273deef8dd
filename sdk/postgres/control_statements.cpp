// SPDX-License-Identifier: Apache-2.0
#include "control_statements.hpp"

#include <array>
#include <string>

namespace weir::postgres::detail {
namespace {

constexpr std::array<const char*, 4> levels{"", " isolation level read committed",
                                            " isolation level repeatable read",
                                            " isolation level serializable"};
constexpr std::size_t variants = levels.size() * 4;

/// Every BEGIN that there is: a statement is prepared by its address.
class begin_statements {
 public:
  begin_statements() {
    for (std::size_t at = 0; at < variants; ++at) {
      texts_[at] = std::string("begin") + levels[at / 4];
      if ((at & 2) != 0) texts_[at] += " read only";
      if ((at & 1) != 0) texts_[at] += " deferrable";
      shapes_[at] = control(texts_[at].c_str());
    }
  }
  const statement_shape& at(std::size_t number) const { return shapes_[number]; }

 private:
  std::array<std::string, variants> texts_;
  std::array<statement_shape, variants> shapes_;
};

}  // namespace

const statement_shape& begin_statement(const transaction_options& options) {
  static const begin_statements all;
  return all.at(static_cast<std::size_t>(options.level) * 4 + (options.read_only ? 2 : 0) +
                (options.deferrable ? 1 : 0));
}

}  // namespace weir::postgres::detail
