// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The TLS session that the next handshake may resume: one, in memory. core/resume.h has the rules.
// Only the thread that runs Python calls these functions.

#ifndef CONNECTWITH_PORT_TLS_SESSION_H
#define CONNECTWITH_PORT_TLS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Overwrites the session, and forgets the terms.
void tls_session_drop(void);

// Writes terms and session for deep sleep. It holds the master secret: the caller seals it and
// wipes its copy. Returns the length; 0: there is nothing to keep, or it is longer than size.
size_t tls_session_save(uint8_t *out, size_t size);

// Takes what tls_session_save() has written. False: it is something else; there is no session then.
bool tls_session_load(const uint8_t *in, size_t len);

// How many handshakes have succeeded since the start of the firmware.
typedef struct {
    uint32_t full, resumed;
} tls_handshakes_t;

tls_handshakes_t tls_session_handshakes(void);

#endif
