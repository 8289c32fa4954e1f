// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// PEER_RENEWS has to tell mbedTLS's server to do what it never does.
#define MBEDTLS_ALLOW_PRIVATE_ACCESS

#include "peer_sessions.h"

#include <stdatomic.h>
#include <string.h>

#include "mbedtls/ssl_cache.h"
#include "ssl_misc.h"

#define HANDSHAKE_RECORD (22)
#define NEW_SESSION_TICKET (4)  // RFC 5077, section 3.3
#define CLIENT_HELLO_ID (5 + 4 + 2 + 32)  // where its session ID begins (RFC 5246, 7.4.1.2)
#define HUGE_BYTES (60000)

static atomic_uint ticket_bytes, ticket_hint_s, ticket_key;
static mbedtls_ssl_cache_context cache;

void world_tickets(unsigned bytes, uint32_t hint_s) {
    atomic_store(&ticket_bytes, bytes);
    atomic_store(&ticket_hint_s, hint_s);
}

void world_forget_tickets(void) {
    atomic_fetch_add(&ticket_key, 1);
}

// A ticket is the key's number, the length of the session, the session, and as many bytes as it
// takes. Nobody here has to keep it secret.
static int ticket_write(void *arg, const mbedtls_ssl_session *session, unsigned char *start,
    const unsigned char *end, size_t *tlen, uint32_t *lifetime) {
    (void)arg;
    size_t len = 0;
    const int err = mbedtls_ssl_session_save(session, start + 3, (size_t)(end - start) - 3, &len);
    if (err != 0) {
        return err;
    }
    start[0] = (unsigned char)atomic_load(&ticket_key);
    start[1] = (unsigned char)(len >> 8);
    start[2] = (unsigned char)len;
    const size_t wanted = atomic_load(&ticket_bytes);
    *tlen = wanted > len + 3 ? wanted : len + 3;
    memset(start + 3 + len, 0x5a, *tlen - len - 3);
    *lifetime = atomic_load(&ticket_hint_s);
    return *tlen <= (size_t)(end - start) ? 0 : MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
}

static int ticket_parse(void *arg, mbedtls_ssl_session *session, unsigned char *buf, size_t len) {
    (void)arg;
    const size_t inner = len < 3 ? 0 : (size_t)buf[1] << 8 | buf[2];
    if (len < inner + 3 || buf[0] != (unsigned char)atomic_load(&ticket_key)) {
        return MBEDTLS_ERR_SSL_INVALID_MAC;
    }
    return mbedtls_ssl_session_load(session, buf + 3, inner);
}

void peer_sessions_configure(peer_t peer, mbedtls_ssl_config *config) {
    if (peer == PEER_SESSION_ID) {
        mbedtls_ssl_cache_init(&cache);
        mbedtls_ssl_conf_session_cache(config, &cache, mbedtls_ssl_cache_get,
            mbedtls_ssl_cache_set);
    } else if (peer >= PEER_TICKET) {
        mbedtls_ssl_conf_session_tickets_cb(config, ticket_write, ticket_parse, NULL);
    }
}

int peer_sessions_handshake(peer_t peer, mbedtls_ssl_context *ssl) {
    int ret = 0;
    while (ret == 0 && !mbedtls_ssl_is_handshake_over(ssl)) {
        ret = mbedtls_ssl_handshake_step(ssl);
        if (peer == PEER_RENEWS && ret == 0 && ssl->state == MBEDTLS_SSL_SERVER_HELLO) {
            ssl->handshake->new_session_ticket = 1;  // mbedTLS itself never renews one
        }
    }
    return ret;
}

bool peer_sessions_refuses(peer_t peer, const unsigned char *hello, size_t len) {
    return peer == PEER_ABORTS && len > CLIENT_HELLO_ID && hello[CLIENT_HELLO_ID] != 0;
}

bool peer_sessions_replace(peer_t peer, const unsigned char *record, size_t len,
    void (*send)(int fd, const unsigned char *data, size_t len), int fd) {
    static const unsigned char body[16384] = {0};
    if (peer != PEER_HUGE_TICKET || len < 6 || record[0] != HANDSHAKE_RECORD
        || record[5] != NEW_SESSION_TICKET) {
        return false;
    }
    const unsigned message = 6 + HUGE_BYTES;
    const unsigned char head[] = {NEW_SESSION_TICKET, 0, (unsigned char)(message >> 8),
                                  (unsigned char)message, 0, 0, 0, 0,
                                  (unsigned char)(HUGE_BYTES >> 8), (unsigned char)HUGE_BYTES};
    size_t left = sizeof(head) + HUGE_BYTES;
    for (bool first = true; left > 0; first = false) {
        const size_t part = left < sizeof(body) ? left : sizeof(body);
        const unsigned char header[] = {HANDSHAKE_RECORD, 3, 3, (unsigned char)(part >> 8),
                                        (unsigned char)part};
        send(fd, header, sizeof(header));
        if (first) {
            send(fd, head, sizeof(head));
        }
        send(fd, body, part - (first ? sizeof(head) : 0));
        left -= part;
    }
    return true;
}
