// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// TLS client over an lwIP socket. The handshake, the parsing of certificates included, runs on a
// worker: on an ESP32 it takes a large part of a second. Afterwards the calls below run on the
// caller's thread and never wait.
//
// While the handshake runs, the session belongs to both sides; it goes, and the socket with it,
// when the later of the two lets go. So tls_close() returns at once at any moment.

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

// PEM or DER. The server's certificate is always verified, against ca alone and for the host
// name, or, if that is an IPv4 address, for an iPAddress entry of its subjectAltName: without ca the handshake fails (MBEDTLS_ERR_SSL_CA_CHAIN_REQUIRED).
typedef struct {
    tls_bytes_t hostname;
    tls_bytes_t ca;
    tls_bytes_t cert;  // of the client, with its key; or neither
    tls_bytes_t key;
} tls_config_t;

typedef enum {
    TLS_HANDSHAKE,
    TLS_READY,
    TLS_FAILED,
} tls_state_t;

// Errors are errno values (> 0) where the socket failed, else mbedTLS codes (< 0).

// Copies what it needs and starts the handshake over the connected, non-blocking socket fd, which
// belongs to the session when STATUS_OK is returned, and else stays the caller's. wake() is called
// from the worker when the state has changed; it MUST NOT block.
// STATUS_BAD_HOST, STATUS_TOO_LARGE (a certificate or key over 64 KB) or STATUS_NO_MEMORY.
status_t tls_open(int fd, const tls_config_t *config, void (*wake)(void), tls_t **tls);

tls_state_t tls_state(const tls_t *tls);

// Valid once the state is not TLS_HANDSHAKE.
int tls_error(const tls_t *tls);

// MBEDTLS_X509_BADCERT_... of the server's certificate; 0 when it is good or has not been seen.
uint32_t tls_verify_flags(const tls_t *tls);

// If nothing is wrong with the server's certificates but that the latest of them is not valid yet:
// when it will be, in seconds since 2000. Else 0. The CA vouches that it is past.
uint32_t tls_not_before_s(const tls_t *tls);

// The following: TLS_READY only. After a write has failed what came before can still be read; after
// a read has failed, or has told the end, nothing.

// Number of bytes (0: end of the stream), or -1 with *error set, EAGAIN when it would have to
// wait. A write of some bytes may be partial.
int tls_read(tls_t *tls, void *buf, size_t len, int *error);
int tls_write(tls_t *tls, const void *buf, size_t len, int *error);

// Sends what lwIP had no room for. 0 when nothing is left, else an errno, EAGAIN for later.
int tls_flush(tls_t *tls);

// True: nothing waits for room in lwIP.
bool tls_flushed(const tls_t *tls);

// True: bytes can be read although the socket has none.
bool tls_has_pending(const tls_t *tls);

// The socket, to look whether it is ready; only the session may read, write or close it.
int tls_socket(const tls_t *tls);

// Lets go of the session; the pointer is dead afterwards. polite: try to say goodbye
// (close_notify), without waiting, and leave the socket to linger_lwip.h; MUST be false after a call has failed.
void tls_close(tls_t *tls, bool polite);

#endif
