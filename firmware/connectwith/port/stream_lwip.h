// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// A non-blocking TCP connection, with TLS after stream_secure(). One thread uses it. Only
// stream_connect(), stream_secure() and the first stream_watch() allocate.

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
    int fd;  // -1: none, or the TLS session owns it
    int link;  // for traffic_add()
    int error;
    uint32_t verify_flags;
    uint32_t not_before_s;
    bool resumed;       // see tls_mbedtls.h
    bool retry;
    bool ended;         // the peer has closed
    bool write_failed;  // with `error`; reading may go on
    tls_t *tls;
    watch_t *watch;  // NULL before the first stream_watch()
} stream_t;

void stream_init(stream_t *stream);

// Begins to connect; in STREAM_CLOSED only. device: lwIP's name of the interface to bind to
// (route_lwip.h); NULL: lwIP chooses. Returns 0, or an errno; the stream stays closed then.
int stream_connect(stream_t *stream, const uint8_t address[4], uint16_t port, const char *device);

// Begins the handshake. STATUS_NOT_CONNECTED: the state is not STREAM_CONNECTED. Other errors are
// those of tls_open(). After an error the stream has not changed.
status_t stream_secure(stream_t *stream, const tls_config_t *config, void (*wake)(void));

// Updates the state and returns it. After STREAM_FAILED the socket is closed, and error,
// verify_flags, not_before_s and retry (see tls_mbedtls.h) give the reason.
stream_state_t stream_poll(stream_t *stream);

// Returns a number of bytes, or -1 with *error set. 0: end of the stream, from then on. EAGAIN: it
// would block. After another error of a read, the stream has failed. After another error of a
// write, nothing can be written; received data can still be read, and then the stream fails with
// that error.
int stream_read(stream_t *stream, void *buf, size_t len, int *error);
int stream_write(stream_t *stream, const void *buf, size_t len, int *error);

// Which calls would not block now.
typedef struct {
    bool read, write, failed;
} stream_ready_t;

stream_ready_t stream_ready(stream_t *stream);

// Asks for one wake() as soon as there may be something to read. It comes from another thread or
// from within this call, and MUST NOT block. Call this again after each wake(). False: not
// possible now (no connection, no memory, a record that is not sent yet). The function of the first call is used.
bool stream_watch(stream_t *stream, void (*wake)(void));

// May be called at any moment, any number of times. A handshake that runs is told to stop, and
// frees its session.
void stream_close(stream_t *stream);

#endif
