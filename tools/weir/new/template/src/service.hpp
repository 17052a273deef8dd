// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/sdk.hpp>

/// The service: for main(), and for the tests.
weir::service make_service();
