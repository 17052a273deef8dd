// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Everything that a service needs: events, statements, transactions, policies and service().
#include "weir/event/bind.hpp"
#include "weir/event/json.hpp"
#include "weir/observe/log.hpp"
#include "weir/postgres/statement.hpp"
#include "weir/service/ask.hpp"
#include "weir/service/outbox.hpp"
#include "weir/service/service.hpp"
#include "weir/sleep.hpp"
#include "weir/timestamp.hpp"
#include "weir/uuid.hpp"
