// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What the board can do beyond a classic ESP32: like later chips it has an HMAC unit. tests/idf names
// a file with what another chip can do.

#pragma once

#ifdef SOC_CAPS_FILE
#include SOC_CAPS_FILE
#endif

#ifndef SOC_HMAC_SUPPORTED
#define SOC_HMAC_SUPPORTED (1)
#endif
