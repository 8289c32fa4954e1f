// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Validates UTF-8.

#ifndef CONNECTWITH_CORE_UTF8_H
#define CONNECTWITH_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// True: well-formed by RFC 3629 section 4, so no surrogates and no form longer than needed. MQTT
// demands the same of every string [MQTT-1.5.3-1]. MicroPython has a looser check up to 1.28 and
// none later.
bool utf8_valid(const uint8_t *text, size_t len);

#endif
