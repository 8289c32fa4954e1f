// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// ESP-IDF generates this file from its options. Here the options are in the Makefile and the board's
// mpconfigboard.h. tests/idf sets SDKCONFIG_FILE to a file with those of another board.

#pragma once

#ifdef SDKCONFIG_FILE
#include SDKCONFIG_FILE
#endif
