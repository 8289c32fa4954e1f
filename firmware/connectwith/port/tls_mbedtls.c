// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/tls_mbedtls.h"

#include <errno.h>
#include <string.h>

#include "lwip/sockets.h"
#include "mbedtls/net_sockets.h"

#include "connectwith/port/farewell_lwip.h"
#include "connectwith/port/tls_internal.h"

// TLS 1.3 servers send session tickets where data is expected.
#define TLS_TICKETS_PER_READ (4)

// --- The socket under mbedTLS ---

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
        const ssize_t sent = lwip_send(tls->fd, tls->tail + tls->tail_start,
            tls->tail_end - tls->tail_start, MSG_DONTWAIT);
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

// mbedTLS wants a write that could not be finished to be repeated with the same bytes, and counts
// one of its own alerts in between as such a repetition. So after the handshake a record is
// always taken as a whole, and what lwIP has no room for waits in the tail. A socket that takes no
// more at all is not told to mbedTLS, which would read no more then: what has come before is kept.
static int tls_send_record(tls_t *tls, const unsigned char *buf, size_t len) {
    if (len > sizeof(tls->tail) - tls->tail_end) {
        // A peer that makes us send alerts and does not read them.
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
    const ssize_t sent = lwip_send(tls->fd, buf, len, MSG_DONTWAIT);
    if (sent > 0) {
        return (int)sent;
    }
    const int err = tls_socket_failed(tls, sent < 0 ? errno : EAGAIN);
    if (err == EAGAIN) {
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    tls->send_error = err;
    return (int)len;  // an alert that says why may have come before
}

int tls_bio_recv(void *arg, unsigned char *buf, size_t len) {
    tls_t *tls = arg;
    const ssize_t got = lwip_recv(tls->fd, buf, len, MSG_DONTWAIT);
    if (got >= 0) {
        return (int)got;
    }
    const int err = tls_socket_failed(tls, errno);
    return err == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_NET_RECV_FAILED;
}

int tls_cause(const tls_t *tls, int ret) {
    const bool is_socket = ret == MBEDTLS_ERR_NET_SEND_FAILED || ret == MBEDTLS_ERR_NET_RECV_FAILED
        || ret == MBEDTLS_ERR_SSL_CONN_EOF;
    return is_socket && tls->socket_error != 0 ? tls->socket_error : ret;
}

bool tls_would_wait(int ret) {
    return ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE
        || ret == MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS || ret == MBEDTLS_ERR_SSL_CRYPTO_IN_PROGRESS;
}

// --- The session ---

tls_state_t tls_state(const tls_t *tls) {
    return (tls_state_t)atomic_load(&tls->state);
}

int tls_error(const tls_t *tls) {
    return tls->error;
}

uint32_t tls_verify_flags(const tls_t *tls) {
    return tls->verify_flags;
}

uint32_t tls_not_before_s(const tls_t *tls) {
    return tls->not_before_s;
}

int tls_read(tls_t *tls, void *buf, size_t len, int *error) {
    (void)tls_flush(tls);  // whatever becomes of it: what has come is still to be read
    int ret = MBEDTLS_ERR_SSL_WANT_READ;
    for (int i = 0; i < TLS_TICKETS_PER_READ; ++i) {
        ret = mbedtls_ssl_read(&tls->ssl, buf, len);
        if (ret != MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
            break;
        }
    }
    if (ret >= 0) {
        return ret;
    }
    // Without close_notify an end may be an attacker's; the protocol above must know its own end.
    if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || ret == MBEDTLS_ERR_SSL_CONN_EOF) {
        return 0;
    }
    const bool wait = tls_would_wait(ret) || ret == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
    *error = wait ? EAGAIN : tls_cause(tls, ret);
    return -1;
}

int tls_write(tls_t *tls, const void *buf, size_t len, int *error) {
    *error = tls_flush(tls);
    if (*error != 0) {
        return -1;
    }
    const int ret = mbedtls_ssl_write(&tls->ssl, buf,
        len < TLS_WRITE_MAX_BYTES ? len : TLS_WRITE_MAX_BYTES);
    if (ret >= 0 && tls->send_error == 0) {
        return ret;
    }
    *error = tls->send_error != 0 ? tls->send_error : tls_would_wait(ret) ? EAGAIN : tls_cause(tls, ret);
    return -1;
}

bool tls_flushed(const tls_t *tls) {
    return tls->tail_start == tls->tail_end;
}

int tls_socket(const tls_t *tls) {
    return tls->fd;
}

bool tls_has_pending(const tls_t *tls) {
    return mbedtls_ssl_check_pending(&tls->ssl) != 0;
}

void tls_close(tls_t *tls, bool polite) {
    if (polite && tls_state(tls) == TLS_READY) {
        (void)mbedtls_ssl_close_notify(&tls->ssl);
        farewell_begin(tls->fd);
        tls->fd = -1;
    }
    atomic_store(&tls->abort, true);
    if (worker_withdraw(&tls->job)) {
        tls_release(tls);  // for the worker, which will not run it
    }
    tls_release(tls);
}
