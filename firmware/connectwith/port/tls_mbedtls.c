// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/tls_mbedtls.h"

#include <errno.h>

#include "connectwith/port/linger_lwip.h"
#include "connectwith/port/tls_internal.h"

// TLS 1.3 servers send session tickets between the data.
#define TLS_TICKETS_PER_READ (4)

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

bool tls_resumed(const tls_t *tls) {
    return tls->resumed;
}

bool tls_retry(const tls_t *tls) {
    return tls->retry;
}

int tls_read(tls_t *tls, void *buf, size_t len, int *error) {
    (void)tls_flush(tls);  // an error does not keep received data from being read
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
    // An end without close_notify may be an attack. The protocol above must have an end of its
    // own.
    if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || ret == MBEDTLS_ERR_SSL_CONN_EOF) {
        return 0;
    }
    const bool wait = tls_would_wait(ret) || ret == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
    *error = wait ? EAGAIN : tls_error_of(tls, ret);
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
    *error = tls->send_error != 0 ? tls->send_error
        : tls_would_wait(ret) ? EAGAIN : tls_error_of(tls, ret);
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

void tls_close(tls_t *tls, bool graceful) {
    if (graceful && tls_state(tls) == TLS_READY) {
        (void)mbedtls_ssl_close_notify(&tls->ssl);
        linger_begin(tls->fd);
        tls->fd = -1;
    }
    atomic_store(&tls->abort, true);
    if (worker_withdraw(&tls->job)) {
        tls_release(tls);  // the worker's reference: the job will not run
    }
    tls_release(tls);
}
