// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "weir/test/service.hpp"

namespace weir::test {

/// The streams of a bench, by themselves: no connection is asked, so faults of the model are left
/// to the service's own, and nothing happens before somebody lets it.
class bench_streams {
 public:
  explicit bench_streams(nats::model_server& server) noexcept : server_(server) {}

  /// Makes the streams of what the service handles and what the program publishes. Where a stream
  /// has such a subject already, it is left at that.
  void make_for(const weir::service& which);
  std::uint64_t store(std::string_view subject, std::string_view body,
                      const delivery_options& with);
  /// What is on a subject, without what store() has put there.
  std::vector<nats::stored_message> messages(std::string_view subject) const;
  std::uint64_t unsettled(const weir::service& which) const;

 private:
  void make(std::string_view name, const std::string_view* subjects, std::size_t count);

  nats::model_server& server_;
  std::set<std::shared_ptr<const void>> delivered_;
};

}  // namespace weir::test
