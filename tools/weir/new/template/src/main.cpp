// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

int main(int argc, char** argv) { return make_service().main(argc, argv); }
