// SPDX-License-Identifier: Apache-2.0
#pragma once

/// weir and Asio (the standalone one, 1.22 or newer) together, on one loop.
///
/// The only header of weir's that needs more than the standard library: it is compiled where it is
/// included, with the Asio that is found there, and nothing in weir's libraries knows of it.
///
/// - asio_executor: a loop as an executor, for Asio's functions and objects.
/// - asio_stream: weir's sockets as streams of Asio's, for TLS and protocols.
/// - use_weir: `co_await` any operation of Asio's in a task.
/// - wait_for_asio(): the end of what runs in handlers.

#include "weir/asio/error.hpp"
#include "weir/asio/executor.hpp"
#include "weir/asio/stream.hpp"
#include "weir/asio/use_weir.hpp"
