// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Handshakes that may resume a session, each over a connection of its own.

#ifndef TESTS_PORT_VISITS_H
#define TESTS_PORT_VISITS_H

#include <stdint.h>

#include "connectwith/port/stream_lwip.h"
#include "world.h"

// What a handshake has come to.
typedef enum {
    FAILED,
    RETRY,    // failed, and a session may be why
    FULL,
    RESUMED,
} outcome_t;

// From here to visits_end() there is no session but those that are made, and tickets are as
// OpenSSL's. The end checks that nothing is left.
void visits_begin(void);
void visits_end(void);

// As the board would visit a server "broker.test" at port 8883.
tls_config_t visit_config(void);

// Connects, shakes hands, and lets the peer echo something.
outcome_t visit(peer_t peer);
outcome_t visit_as(peer_t peer, const tls_config_t *config);

// Of the last certificate.
uint32_t visit_flags(void);

// Connects and begins the handshake.
void visit_begin(stream_t *stream, peer_t peer, const tls_config_t *config);

#endif
