// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "connection.hpp"

namespace weir::postgres::detail {

class pool_core;

/// Asks for the number of the transaction; NULL for one that has changed nothing so far.
extern const statement_shape number_question;
/// Asks which cluster the server has, for its timeline, which is another after a standby has taken
/// over, and for the time of its last crash, in one text; NULL on a standby. What speaks the
/// protocol and is not quite PostgreSQL may refuse, or the role may not read it: then the outcome
/// of a commit is never asked for.
extern const statement_shape timeline_question;

/// The only value of an answer; nothing when it is NULL, or did not come.
std::optional<std::string> value_of(const reply& answer);

enum class commit_outcome : std::uint8_t { committed, aborted, unknown };

/// Asks the server, over another connection, what became of a transaction; bounded in time. Gives
/// `unknown` where the server cannot be reached, is another one, has forgotten, or has crashed
/// since and may mean another transaction of the same number.
task<commit_outcome> find_commit_outcome(pool_core& pool, std::string number, std::string timeline);

}  // namespace weir::postgres::detail
