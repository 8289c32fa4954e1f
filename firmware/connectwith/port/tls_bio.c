// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The socket under mbedTLS. It depends neither on the handshake nor on the session.

#include "connectwith/port/tls_internal.h"

#include <errno.h>
#include <string.h>

#include "lwip/sockets.h"
#include "mbedtls/net_sockets.h"

#include "connectwith/port/traffic_lwip.h"

static int tls_socket_failed(tls_t *tls, int error) {
    if (error == EAGAIN || error == EWOULDBLOCK) {
        return EAGAIN;
    }
    tls->socket_error = error;
    return error;
}

int tls_flush(tls_t *tls) {
    if (tls->send_error != 0) {
        return tls->send_error;
    }
    while (tls->tail_start < tls->tail_end) {
        const int sent = traffic_send(tls->fd, tls->tail + tls->tail_start,
            tls->tail_end - tls->tail_start);
        if (sent <= 0) {
            const int error = tls_socket_failed(tls, sent < 0 ? errno : EAGAIN);
            tls->send_error = error == EAGAIN ? 0 : error;
            return error;
        }
        tls->tail_start += (size_t)sent;
    }
    tls->tail_start = tls->tail_end = 0;
    return 0;
}

// mbedTLS needs an unfinished write to be repeated with the same bytes, and takes an alert that it
// sends in between for such a repetition. So after the handshake a record is always accepted as a
// whole, and what lwIP has no room for is kept in the tail. An error of the socket is not returned
// to mbedTLS, which would not read then: received data can still be read.
static int tls_send_record(tls_t *tls, const unsigned char *buf, size_t len) {
    if (len > sizeof(tls->tail) - tls->tail_end) {
        // The peer causes alerts and does not read them.
        tls->socket_error = ENOBUFS;
        return MBEDTLS_ERR_NET_SEND_FAILED;
    }
    memcpy(tls->tail + tls->tail_end, buf, len);
    tls->tail_end += len;
    (void)tls_flush(tls);
    return (int)len;
}

int tls_bio_send(void *arg, const unsigned char *buf, size_t len) {
    tls_t *tls = arg;
    if (tls->handshake_over) {
        return tls_send_record(tls, buf, len);
    }
    const int sent = traffic_send(tls->fd, buf, len);
    if (sent > 0) {
        return sent;
    }
    const int err = tls_socket_failed(tls, sent < 0 ? errno : EAGAIN);
    if (err == EAGAIN) {
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    tls->send_error = err;
    return (int)len;  // go on and read: an alert with the reason may have been received
}

int tls_bio_recv(void *arg, unsigned char *buf, size_t len) {
    tls_t *tls = arg;
    const int got = traffic_recv(tls->fd, buf, len);
    if (got >= 0) {
        return got;
    }
    const int err = tls_socket_failed(tls, errno);
    return err == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_NET_RECV_FAILED;
}

int tls_error_of(const tls_t *tls, int ret) {
    const bool is_socket = ret == MBEDTLS_ERR_NET_SEND_FAILED || ret == MBEDTLS_ERR_NET_RECV_FAILED
        || ret == MBEDTLS_ERR_SSL_CONN_EOF;
    return is_socket && tls->socket_error != 0 ? tls->socket_error : ret;
}

bool tls_would_wait(int ret) {
    return ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE
        || ret == MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS || ret == MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS;
}
