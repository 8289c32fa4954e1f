// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// ESP-IDF makes this file from its options. Here they stand in the Makefile and in the board's
// mpconfigboard.h.

// tests/idf names a file with those of another board.

#pragma once

#ifdef SDKCONFIG_FILE
#include SDKCONFIG_FILE
#endif
