// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Whether bytes are a JSON text (RFC 8259), which MicroPython's own parser does not ask: it takes
// `{` and `[1 2]`.

#ifndef CONNECTWITH_CORE_JSONTEXT_H
#define CONNECTWITH_CORE_JSONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Of arrays and objects in each other; a text that is deeper is refused (RFC 8259, section 9).
#define JSONTEXT_DEPTH_MAX (64)

bool jsontext_valid(const uint8_t *text, size_t len);

#endif
