// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Whether bytes are a valid JSON text (RFC 8259). MicroPython's own parser accepts invalid ones,
// as `{` and `[1 2]`.

#ifndef CONNECTWITH_CORE_JSONTEXT_H
#define CONNECTWITH_CORE_JSONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Nested arrays and objects. A text with more levels is refused (RFC 8259, section 9).
#define JSONTEXT_DEPTH_MAX (64)

bool jsontext_valid(const uint8_t *text, size_t len);

#endif
