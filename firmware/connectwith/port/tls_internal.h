// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shared by the files of the TLS session. Each calls only those below it:
//   tls_mbedtls.c    the session after the handshake, and its end
//   tls_handshake.c  the handshake, which runs on the worker; the memory of a session
//   tls_session.c    what is resumed, and what is kept to be resumed
//   tls_bio.c        the socket under mbedTLS

#ifndef CONNECTWITH_PORT_TLS_INTERNAL_H
#define CONNECTWITH_PORT_TLS_INTERNAL_H

#include <stdatomic.h>

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/entropy.h"
#include "mbedtls/pk.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"

#include "connectwith/core/resume.h"
#include "connectwith/port/tls_mbedtls.h"
#include "connectwith/port/worker_freertos.h"

// The payload of a record that is sent. With its overhead the record fits into one segment of 1440
// bytes.
#define TLS_WRITE_MAX_BYTES (1280)

// The buffer holds one record that lwIP has no room for, and a few alerts that mbedTLS sends. TLS
// 1.2 adds at most a header of 5 bytes, an explicit IV of 16, a MAC of 48 and padding of 16.
#define TLS_TAIL_BYTES (TLS_WRITE_MAX_BYTES + 85 + 256)

typedef struct {
    uint8_t *data;  // followed by a NUL, which mbedTLS needs for PEM
    size_t len;     // without it
} tls_copy_t;

typedef struct {
    resume_terms_t terms;
    mbedtls_ssl_session *session;  // NULL: none
} tls_kept_t;

struct tls {
    worker_job_t job;
    int fd;
    atomic_int owners;
    atomic_int state;
    atomic_bool abort;
    void (*wake)(void);
    int64_t deadline_us;

    // The worker writes these before the state changes, the caller's thread afterwards.
    int error;
    uint32_t verify_flags;
    uint32_t not_before_s;
    int socket_error;
    bool handshake_over;
    bool resumed;  // the handshake has succeeded without a certificate of the server
    bool retry;
    tls_kept_t kept;  // for the next handshake
    unsigned drops;   // how often sessions had been dropped before this handshake

    uint16_t handshake_port;  // 0: nothing is resumed or kept
    uint8_t binding[RESUME_BINDING_BYTES];
    uint32_t began_s;      // since 2000
    uint32_t not_after_s;  // the first end of validity in the server's chain
    bool tickets;          // a session is asked for
    bool offered;
    bool verified;  // mbedTLS has looked at the server's certificate

    bool is_address;     // the peer is named by its address
    uint8_t address[4];
    tls_copy_t hostname, ca, cert, key;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context drbg;
    mbedtls_x509_crt ca_chain;
    mbedtls_x509_crt own_cert;
    mbedtls_pk_context own_key;
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;

    int send_error;  // sending has failed; data may still be received
    size_t tail_start, tail_end;
    uint8_t tail[TLS_TAIL_BYTES];
};

// --- tls_bio.c ---

int tls_bio_send(void *arg, const unsigned char *buf, size_t len);
int tls_bio_recv(void *arg, unsigned char *buf, size_t len);

// True: mbedTLS asks for another call.
bool tls_would_wait(int ret);

// The error to report: the errno of the socket, if mbedTLS only reports that the socket failed.
int tls_error_of(const tls_t *tls, int ret);

// --- tls_session.c ---

// On the caller's thread: moves the record to a new handshake. tls_settle() moves it back.
void tls_take_kept(tls_t *tls);

void tls_drop_kept(tls_t *tls);

// On the worker: offers the session, if that is allowed, and learns from the end. err as in
// tls_error().
void tls_offer(tls_t *tls);
void tls_learn(tls_t *tls, int err);

// --- tls_handshake.c ---

// Releases one of the two owners' references. The second release frees the session.
void tls_release(tls_t *tls);

#endif
