// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// A TCP connection that never waits, in the clear or, after stream_secure(), under TLS. One thread
// uses it; no call allocates but stream_connect(), stream_secure() and the first stream_watch().

#ifndef CONNECTWITH_PORT_STREAM_LWIP_H
#define CONNECTWITH_PORT_STREAM_LWIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/status.h"
#include "connectwith/port/tls_mbedtls.h"
#include "connectwith/port/watch_lwip.h"

typedef enum {
    STREAM_FAILED = -1,
    STREAM_CLOSED = 0,
    STREAM_CONNECTING = 1,
    STREAM_CONNECTED = 2,
    STREAM_HANDSHAKE = 3,
    STREAM_SECURE = 4,
} stream_state_t;

// Errors are errno values (> 0), or mbedTLS codes (< 0).
typedef struct {
    stream_state_t state;
    int fd;  // -1: none, or the TLS session has it
    int error;
    uint32_t verify_flags;
    uint32_t not_before_s;
    bool ended;   // the peer has closed: that stays so
    bool mute;    // a write has failed, with `error`
    tls_t *tls;
    watch_t *watch;  // NULL before the first stream_watch()
} stream_t;

void stream_init(stream_t *stream);

// Begins to connect; STREAM_CLOSED only. device: lwIP's name of the interface that all of it leaves
// by (route_lwip.h), NULL: lwIP chooses. 0, or why it cannot even begin (the stream stays closed).
int stream_connect(stream_t *stream, const uint8_t address[4], uint16_t port, const char *device);

// Begins the handshake. STATUS_NOT_CONNECTED unless the state is STREAM_CONNECTED, or as
// tls_open(); the stream is as it was then.
status_t stream_secure(stream_t *stream, const tls_config_t *config, void (*wake)(void));

// Looks how far it is. After STREAM_FAILED the socket is gone, and error, verify_flags and not_before_s
// (see tls_mbedtls.h) tell why.
stream_state_t stream_poll(stream_t *stream);

// Number of bytes (0: end of the stream, from then on), or -1 with *error set: EAGAIN when it would
// have to wait. Any other error of a read has failed the stream. After one of a write nothing can be
// written; what had come is still read, and then the stream has failed with that error.
int stream_read(stream_t *stream, void *buf, size_t len, int *error);
int stream_write(stream_t *stream, const void *buf, size_t len, int *error);

// What a call would do now.
typedef struct {
    bool read, write, failed;
} stream_ready_t;

stream_ready_t stream_ready(stream_t *stream);

// Asks for one wake(), from another thread or from this call, as soon as there may be something to
// read; it MUST NOT block. To be asked for again after each. False: not now (no connection, no
// memory), so look again later. The function given first stays.
bool stream_watch(stream_t *stream, void (*wake)(void));

// At any moment, any number of times. A handshake that runs is told to stop and clears up itself.
void stream_close(stream_t *stream);

#endif
