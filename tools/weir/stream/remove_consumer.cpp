// SPDX-License-Identifier: Apache-2.0
#include "remove_consumer.hpp"

#include <fmt/format.h>

#include "consumers.hpp"
#include "printable.hpp"
#include "weir/blocking.hpp"

namespace weir::tools {

task<bool> remove_consumer(nats::jetstream on, std::string stream, std::string name,
                           confirmation ask, std::ostream& out) {
  co_await show_consumer(on, stream, name, {}, out);
  out << std::flush;
  const std::string named = printable(fmt::format("consumer {} of {}", name, stream));
  if (ask) {
    const std::string question = fmt::format("Delete {} for good?", named);
    const bool is_agreed = co_await blocking([&ask, &question] { return ask(question); });
    if (!is_agreed) {
      out << "nothing was deleted\n";
      co_return false;
    }
  }
  co_await on.delete_consumer(std::move(stream), std::move(name));
  out << named << " is deleted\n";
  co_return true;
}

}  // namespace weir::tools
