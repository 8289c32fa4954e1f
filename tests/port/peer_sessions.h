// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Servers that let sessions be resumed, or make that go wrong.

#ifndef TESTS_PORT_PEER_SESSIONS_H
#define TESTS_PORT_PEER_SESSIONS_H

#include "mbedtls/ssl.h"

#include "world.h"

void peer_sessions_configure(peer_t peer, mbedtls_ssl_config *config);

// The server's side of a handshake.
int peer_sessions_handshake(peer_t peer, mbedtls_ssl_context *ssl);

// Whether the peer breaks off at this ClientHello: it offers a session.
bool peer_sessions_refuses(peer_t peer, const unsigned char *hello, size_t len);

// A record that the server sends. True: another one was sent in its place, by `send`.
bool peer_sessions_replace(peer_t peer, const unsigned char *record, size_t len,
    void (*send)(int fd, const unsigned char *data, size_t len), int fd);

#endif
