// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The capabilities of the chip. Like later chips than the ESP32, it has an HMAC unit. tests/idf
// sets SOC_CAPS_FILE to a file with those of another chip.

#pragma once

#ifdef SOC_CAPS_FILE
#include SOC_CAPS_FILE
#endif

#ifndef SOC_HMAC_SUPPORTED
#define SOC_HMAC_SUPPORTED (1)
#endif
