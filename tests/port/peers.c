// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The servers: one thread for each listener, one for each connection.

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/sockets.h"
#include "mbedtls/net_sockets.h"
#include "mbedtls/ssl.h"

#include "certificates.h"
#include "peer_sessions.h"
#include "peers.h"

#define FIRST_PORT (4000)
#define DEAF_MS (3000)

static identity_t authority, stranger, server[PEER_COUNT];
static mbedtls_ssl_config config[PEER_COUNT];

typedef struct {
    peer_t peer;
    int fd;
} connection_t;

const char *world_ca(void) {
    return authority.pem;
}

uint16_t world_port(peer_t peer) {
    return (uint16_t)(FIRST_PORT + (int)peer);
}

uint16_t world_closed_port(void) {
    return FIRST_PORT + PEER_COUNT;
}

static void peer_send_all(int fd, const unsigned char *data, size_t len) {
    while (len > 0) {
        const ssize_t sent = lwip_send(fd, data, len, 0);
        if (sent <= 0) {
            return;
        }
        data += sent;
        len -= (size_t)sent;
    }
}

static int peer_send(void *arg, const unsigned char *buf, size_t len) {
    const connection_t *connection = arg;
    if (peer_sessions_replace(connection->peer, buf, len, peer_send_all, connection->fd)) {
        return (int)len;
    }
    const ssize_t sent = lwip_send(connection->fd, buf, len, 0);
    return sent > 0 ? (int)sent : MBEDTLS_ERR_NET_SEND_FAILED;
}

static int peer_recv(void *arg, unsigned char *buf, size_t len) {
    const ssize_t got = lwip_recv(((const connection_t *)arg)->fd, buf, len, 0);
    return got >= 0 ? (int)got : MBEDTLS_ERR_NET_RECV_FAILED;
}

static void peer_echo(mbedtls_ssl_context *ssl) {
    unsigned char buf[4096];
    int got;
    while ((got = mbedtls_ssl_read(ssl, buf, sizeof(buf))) > 0) {
        for (int at = 0; at < got;) {
            const int sent = mbedtls_ssl_write(ssl, buf + at, (size_t)(got - at));
            if (sent <= 0) {
                return;
            }
            at += sent;
        }
    }
}

static void peer_store(mbedtls_ssl_context *ssl) {
    unsigned char *store = malloc(STORE_BYTES);
    int at = 0, count = 1;
    while (at < STORE_BYTES && count > 0) {
        count = mbedtls_ssl_read(ssl, store + at, (size_t)(STORE_BYTES - at));
        at += count;
    }
    for (at = 0; count > 0 && at < STORE_BYTES; at += count) {
        count = mbedtls_ssl_write(ssl, store + at, (size_t)(STORE_BYTES - at));
    }
    free(store);
}

static void peer_noise(int fd, size_t len) {
    unsigned char noise[1024];
    while (len > 0) {
        (void)random_bytes(NULL, noise, sizeof(noise));
        if (lwip_send(fd, noise, len < sizeof(noise) ? len : sizeof(noise), 0) <= 0) {
            return;
        }
        len -= len < sizeof(noise) ? len : sizeof(noise);
    }
}

static void peer_tls(connection_t *connection) {
    const peer_t peer = connection->peer;
    const int fd = connection->fd;
    mbedtls_ssl_context ssl;
    mbedtls_ssl_init(&ssl);
    if (mbedtls_ssl_setup(&ssl, &config[peer]) == 0) {
        mbedtls_ssl_set_bio(&ssl, connection, peer_send, peer_recv, NULL);
        if (peer_sessions_handshake(peer, &ssl) == 0) {
            if (peer == PEER_NOISE_AFTER) {
                peer_noise(fd, 65536);
            } else if (peer == PEER_DEAF) {
                world_sleep_ms(DEAF_MS);
            } else if (peer == PEER_STORE) {
                peer_store(&ssl);
            } else {
                peer_echo(&ssl);
            }
        }
    }
    mbedtls_ssl_free(&ssl);
}

static void peer_until_end(int fd) {
    char buf[512];
    while (lwip_recv(fd, buf, sizeof(buf), 0) > 0) {
    }
}

static void *peer_connection(void *arg) {
    connection_t connection = *(connection_t *)arg;
    free(arg);
    const int fd = connection.fd;
    char hello[512];
    switch (connection.peer) {
        case PEER_MUTE:
            peer_until_end(fd);
            break;
        case PEER_GARBAGE:
            peer_noise(fd, 65536);
            peer_until_end(fd);
            break;
        case PEER_RESET:
            // Closed with something unread: lwIP resets the connection, as TCP asks for.
            (void)lwip_recv(fd, hello, sizeof(hello), MSG_PEEK);
            break;
        case PEER_CLOSE:
            (void)lwip_recv(fd, hello, sizeof(hello), 0);
            break;
        case PEER_ABORTS: {
            const ssize_t len = lwip_recv(fd, hello, sizeof(hello), MSG_PEEK);
            if (len <= 0 || peer_sessions_refuses(connection.peer, (unsigned char *)hello,
                (size_t)len)) {
                break;
            }
            peer_tls(&connection);
            break;
        }
        default:
            peer_tls(&connection);
            break;
    }
    lwip_close(fd);
    lwip_socket_thread_cleanup();
    return NULL;
}

static void peer_spawn(void *(*run)(void *), void *arg) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, arg) != 0) {
        abort();
    }
    pthread_detach(thread);
}

static void *peer_listener(void *arg) {
    const connection_t listener = *(connection_t *)arg;
    free(arg);
    for (;;) {
        const int fd = lwip_accept(listener.fd, NULL, NULL);
        if (fd < 0) {
            world_sleep_ms(1);  // out of sockets for a moment
            continue;
        }
        connection_t *connection = malloc(sizeof(*connection));
        *connection = (connection_t) {listener.peer, fd};
        peer_spawn(peer_connection, connection);
    }
    return NULL;
}

static void peer_configure(peer_t peer) {
    const identity_t *issuer = peer == PEER_UNKNOWN_CA ? &stranger : &authority;
    const char *from = peer == PEER_FUTURE ? "20900101000000" : "20200101000000";
    const char *to = peer == PEER_EXPIRED ? "20210101000000"
        : peer == PEER_ENDS ? "20300101000000" : "20991231235959";
    identity_make(&server[peer], issuer,
        peer == PEER_OTHER_HOST ? "elsewhere.test" : "broker.test", from, to);
    mbedtls_ssl_config_init(&config[peer]);
    if (mbedtls_ssl_config_defaults(&config[peer], MBEDTLS_SSL_IS_SERVER,
        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0
        || mbedtls_ssl_conf_own_cert(&config[peer], &server[peer].crt, &server[peer].key) != 0) {
        abort();
    }
    mbedtls_ssl_conf_rng(&config[peer], random_bytes, NULL);
    peer_sessions_configure(peer, &config[peer]);
}

void peers_start(void) {
    identity_make(&authority, NULL, "Test authority", "20200101000000", "20991231235959");
    identity_make(&stranger, NULL, "Test authority", "20200101000000", "20991231235959");
    for (peer_t peer = 0; peer < PEER_COUNT; ++peer) {
        peer_configure(peer);
        const int fd = lwip_socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = lwip_htons(world_port(peer))};
        here.sin_addr.s_addr = lwip_htonl(INADDR_LOOPBACK);
        if (fd < 0 || lwip_bind(fd, (struct sockaddr *)&here, sizeof(here)) != 0
            || lwip_listen(fd, 4) != 0) {
            abort();
        }
        connection_t *listener = malloc(sizeof(*listener));
        *listener = (connection_t) {peer, fd};
        peer_spawn(peer_listener, listener);
    }
}
