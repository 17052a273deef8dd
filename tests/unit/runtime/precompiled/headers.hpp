// SPDX-License-Identifier: Apache-2.0
#pragma once
// What nearly every file of this program includes: the compiler reads it once. Each file still
// includes all that it uses, since `-Db_pch=false` builds, too.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "weir/loop.hpp"
#include "weir/scope.hpp"
#include "weir/timeout.hpp"
