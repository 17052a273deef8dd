// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

#include "order_batch.hpp"

namespace by_hand {

/// PostgreSQL by libpq's pipeline mode: a batch is three statements of arrays, sent at once, which
/// are one transaction as nothing separates them. They make one round trip and one flush to disk.
class store {
 public:
  /// Connects, and makes the tables of the inbox and the outbox where they are missing.
  explicit store(const std::string& conninfo);

  /// Stores the orders, and their events in the outbox; those that the inbox has already are passed
  /// over.
  void commit(const std::vector<delivered_order>& batch);

  /// Begins to delete the events of the last batch from the outbox; end_delete() waits for it.
  void begin_delete();
  void end_delete();

 private:
  using connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

  bool try_commit();
  std::unordered_set<std::string> find_stored();

  connection main_;
  /// Does not wait for the disk: an event whose deletion is lost by a crash is published once more,
  /// and the stream knows its id.
  connection outbox_;
  order_columns columns_;
};

}  // namespace by_hand
