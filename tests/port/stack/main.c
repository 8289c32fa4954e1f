// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Both ends of TLS handshakes in one program for a bare 32-bit RISC-V: the client does, on a painted
// stack of its own, what a job of port/tls_handshake.c does. Prints how much of the stack it took.
// Then the calls of port/keys_mbedtls.h, with their heap.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"

#include "connectwith/port/keys_mbedtls.h"

#include "heap.h"
#include "identities.h"

#define STACK_BYTES (64 * 1024)
#define PIPE_BYTES  (32 * 1024)
#define PAINT       (0xa5)

typedef struct {
    size_t len;
    uint8_t data[PIPE_BYTES];
} pipe_t;

typedef struct {
    mbedtls_ssl_context ssl;
    mbedtls_ssl_config conf;
    mbedtls_x509_crt chain;
    mbedtls_x509_crt authority;
    mbedtls_pk_context key;
    pipe_t in;
    int err;
} side_t;

static side_t client, server;
static const identity_t *identity;
static uint8_t stack[STACK_BYTES] __attribute__((aligned(16)));

// --- what mbedTLS asks of a platform ---

void *m_tracked_calloc(size_t n, size_t size) {
    return calloc(n, size);
}

void m_tracked_free(void *p) {
    free(p);
}

static int random_bytes(void *unused, unsigned char *buf, size_t len) {
    (void)unused;
    static uint32_t state = 1;
    for (size_t i = 0; i < len; ++i) {
        state = state * 1664525 + 1013904223;
        buf[i] = (uint8_t)(state >> 24);
    }
    return 0;
}

int mbedtls_hardware_poll(void *data, unsigned char *buf, size_t len, size_t *out) {
    *out = len;
    return random_bytes(data, buf, len);
}

// --- the two sides, and what is between them ---

static int pipe_send(void *to, const unsigned char *buf, size_t len) {
    pipe_t *pipe = &((side_t *)to)->in;
    if (pipe->len + len > PIPE_BYTES) {
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    }
    memcpy(pipe->data + pipe->len, buf, len);
    pipe->len += len;
    return (int)len;
}

static int pipe_recv(void *from, unsigned char *buf, size_t len) {
    pipe_t *pipe = &(from == &server ? &client : &server)->in;
    if (pipe->len == 0) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    len = len < pipe->len ? len : pipe->len;
    memcpy(buf, pipe->data, len);
    memmove(pipe->data, pipe->data + len, pipe->len - len);
    pipe->len -= len;
    return (int)len;
}

static int parse(mbedtls_x509_crt *crt, const char *pem) {
    return mbedtls_x509_crt_parse(crt, (const unsigned char *)pem, strlen(pem) + 1);
}

static void prepare(side_t *side, int endpoint) {
    mbedtls_ssl_init(&side->ssl);
    mbedtls_ssl_config_init(&side->conf);
    mbedtls_x509_crt_init(&side->chain);
    mbedtls_x509_crt_init(&side->authority);
    mbedtls_pk_init(&side->key);
    side->in.len = 0;
    side->err = parse(&side->chain, identity->chain);
    side->err |= parse(&side->authority, identity->authority);
    side->err |= mbedtls_pk_parse_key(&side->key, (const unsigned char *)identity->key,
        strlen(identity->key) + 1, NULL, 0, random_bytes, NULL);
    side->err |= mbedtls_ssl_config_defaults(&side->conf, endpoint,
        MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_rng(&side->conf, random_bytes, NULL);
    mbedtls_ssl_conf_authmode(&side->conf, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(&side->conf, &side->authority, NULL);
    side->err |= mbedtls_ssl_conf_own_cert(&side->conf, &side->chain, &side->key);
    side->err |= mbedtls_ssl_setup(&side->ssl, &side->conf);
    side->err |= mbedtls_ssl_set_hostname(&side->ssl, endpoint == MBEDTLS_SSL_IS_CLIENT
        ? "server.test" : NULL);
    side_t *other = side == &client ? &server : &client;
    mbedtls_ssl_set_bio(&side->ssl, other, pipe_send, pipe_recv, NULL);
}

static void forget(side_t *side) {
    mbedtls_ssl_free(&side->ssl);
    mbedtls_ssl_config_free(&side->conf);
    mbedtls_x509_crt_free(&side->chain);
    mbedtls_x509_crt_free(&side->authority);
    mbedtls_pk_free(&side->key);
}

static void client_prepare(void) {
    prepare(&client, MBEDTLS_SSL_IS_CLIENT);
}

static void client_step(void) {
    client.err = mbedtls_ssl_handshake(&client.ssl);
}

// Calls fn with the painted stack.
static void on_stack(void (*fn)(void)) {
    register void (*call)(void) __asm__ ("s2") = fn;
    register uint8_t *top __asm__ ("s3") = stack + STACK_BYTES;
    __asm__ volatile (
        "mv s4, sp\n mv sp, %1\n jalr %0\n mv sp, s4\n"
        : "+r" (call), "+r" (top) : : "s4", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6",
        "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "memory");
}

static size_t used(void) {
    size_t free_bytes = 0;
    while (free_bytes < STACK_BYTES && stack[free_bytes] == PAINT) {
        ++free_bytes;
    }
    return STACK_BYTES - free_bytes;
}

static int want(int err) {
    return err == MBEDTLS_ERR_SSL_WANT_READ || err == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static uint8_t made_key[KEYS_DER_MAX_BYTES], made_request[KEYS_REQUEST_MAX_BYTES];
static size_t made_key_len, made_request_len;
static int keys_result;

static void make_request(void) {
    keys_result = (int)keys_make_request("CN=240ac4bb3280", made_key, &made_key_len, made_request,
        &made_request_len);
}

static void check_key(void) {
    keys_bytes_t cert = {(const uint8_t *)identity->chain, strlen(identity->chain)};
    keys_bytes_t key = {(const uint8_t *)identity->key, strlen(identity->key)};
    keys_result = (int)keys_check(cert, key);
}

static void measure_keys(const char *what, const char *name, void (*fn)(void)) {
    memset(stack, PAINT, STACK_BYTES);
    heap_begin();
    on_stack(fn);
    printf("%s %-12s %5u bytes of heap, %5u on the stack%s\n", what, name, (unsigned)heap_peak(),
        (unsigned)used(), keys_result != 0 ? ": FAILED" : "");
}

int main(void) {
    for (identity = identities; identity->name != NULL; ++identity) {
        memset(stack, PAINT, STACK_BYTES);
        on_stack(client_prepare);
        prepare(&server, MBEDTLS_SSL_IS_SERVER);
        const int bad = client.err | server.err;
        const size_t parsing = used();
        client.err = server.err = bad != 0 ? bad : MBEDTLS_ERR_SSL_WANT_READ;
        while (want(client.err) || (client.err == 0 && want(server.err))) {
            on_stack(client_step);
            if (server.err != 0) {
                server.err = mbedtls_ssl_handshake(&server.ssl);
            }
        }
        printf("%-12s %5u bytes of stack, %5u until the first message%s\n", identity->name,
            (unsigned)used(), (unsigned)parsing, client.err != 0 ? ": FAILED" : "");
        if (client.err != 0) {
            printf("client -0x%04x, server -0x%04x\n", -client.err, -server.err);
        }
        forget(&client);
        forget(&server);
    }
    measure_keys("new key and request", "P-256", make_request);
    for (identity = identities; identity->name != NULL; ++identity) {
        measure_keys("check of a key     ", identity->name, check_key);
    }
    exit(0);
}
