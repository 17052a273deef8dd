// SPDX-License-Identifier: Apache-2.0
#pragma once
// What nearly every test of this folder includes: the compiler reads it once. Each file still
// includes all that it uses, since `-Db_pch=false` builds, too.
#include "../orders.hpp"
