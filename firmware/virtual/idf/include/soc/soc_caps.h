// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What the board can do beyond a classic ESP32: like later chips it has an HMAC unit.

#pragma once

#ifndef SOC_HMAC_SUPPORTED
#define SOC_HMAC_SUPPORTED (1)
#endif
