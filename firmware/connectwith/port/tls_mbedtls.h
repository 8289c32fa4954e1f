// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// TLS client over an lwIP socket. A worker runs the handshake and parses the certificates: on an
// ESP32 that takes a large part of a second. After the handshake the calls below run on the
// caller's thread and never block.
//
// During the handshake the caller and the worker both own the session. It is freed, and its socket
// is closed, when both have released it. So tls_close() returns at once at any moment.

#ifndef CONNECTWITH_PORT_TLS_MBEDTLS_H
#define CONNECTWITH_PORT_TLS_MBEDTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/status.h"

typedef struct tls tls_t;

typedef struct {
    const uint8_t *data;  // NULL: not given
    size_t len;
} tls_bytes_t;

// Certificates and keys are PEM or DER. The server's certificate is always verified, against `ca`
// and for the host name. If the host name is an IPv4 address, the certificate must have it as an
// iPAddress entry of its subjectAltName. Without ca the handshake fails
// (MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED).
typedef struct {
    tls_bytes_t hostname;
    tls_bytes_t ca;
    tls_bytes_t cert;  // of the client, with its key; or neither
    tls_bytes_t key;
    uint16_t port;  // of the server, not of a proxy; 0: no session is resumed or kept
} tls_config_t;

typedef enum {
    TLS_HANDSHAKE,
    TLS_READY,
    TLS_FAILED,
} tls_state_t;

// Errors are errno values (> 0) if the socket failed, else mbedTLS codes (< 0).

// Copies its arguments and starts the handshake over a connected, non-blocking socket. With
// STATUS_OK the session owns the socket, else the caller keeps it. wake() is called from the
// worker when the state has changed; it MUST NOT block. STATUS_BAD_HOST, STATUS_TOO_LARGE (a
// certificate or key over 64 KB) or STATUS_NO_MEMORY.
status_t tls_open(int fd, const tls_config_t *config, void (*wake)(void), tls_t **tls);

tls_state_t tls_state(const tls_t *tls);

// Valid once the state is not TLS_HANDSHAKE.
int tls_error(const tls_t *tls);

// MBEDTLS_X509_BADCERT_... of the server's certificate; 0: it is good, or was not received.
uint32_t tls_verify_flags(const tls_t *tls);

// The latest start of validity in the server's chain, in seconds since 2000, if the chain has no
// other fault than not being valid yet; else 0. The CA's signature proves that this time is past.
uint32_t tls_not_before_s(const tls_t *tls);

// True: the handshake has resumed a session, so the server has shown no certificate.
bool tls_resumed(const tls_t *tls);

// True: a session may be why the handshake has failed. The next one does without.
bool tls_retry(const tls_t *tls);

// Moves what is kept for the next handshake to where that finds it. Once, when the state is not
// TLS_HANDSHAKE any more.
void tls_settle(tls_t *tls);

// The following functions need TLS_READY. After a failed write, received data can still be read.
// After a failed read or the end of the stream, nothing can be read or written.

// Returns a number of bytes (0: end of the stream), or -1 with *error set; EAGAIN: it would block.
// A write may be partial.
int tls_read(tls_t *tls, void *buf, size_t len, int *error);
int tls_write(tls_t *tls, const void *buf, size_t len, int *error);

// Sends what lwIP had no room for. Returns 0 when nothing is left, else an errno; EAGAIN: later.
int tls_flush(tls_t *tls);

// True: nothing waits for room in lwIP.
bool tls_flushed(const tls_t *tls);

// True: bytes can be read although the socket has none.
bool tls_has_pending(const tls_t *tls);

// The socket, to poll it. Only the session may read, write or close it.
int tls_socket(const tls_t *tls);

// Releases the session; the pointer is invalid afterwards. graceful: tries to send close_notify,
// without waiting, and leaves the socket to linger_lwip.h. It MUST be false after a call has
// failed.
void tls_close(tls_t *tls, bool graceful);

#endif
