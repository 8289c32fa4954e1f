// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/tls_mbedtls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "esp_timer.h"
#include "lwip/sockets.h"

#include "connectwith/core/builddate.h"
#include "connectwith/core/hostname.h"
#include "connectwith/core/wipe.h"
#include "connectwith/port/tls_internal.h"
#include "connectwith/port/timeslice_freertos.h"

// The limit for any handshake, longer than the default timeout of an attempt.
#define TLS_DEADLINE_US (120 * 1000000LL)

// How often an abort is checked while the peer is silent.
#define TLS_WAIT_SLICE_US (20 * 1000)

#define TLS_CREDENTIAL_MAX_BYTES (64 * 1024)

// --- Memory ---

static void tls_wipe_copy(tls_copy_t *copy) {
    if (copy->data != NULL) {
        wipe(copy->data, copy->len);
        free(copy->data);
        copy->data = NULL;
        copy->len = 0;
    }
}

static bool tls_copy(tls_copy_t *copy, tls_bytes_t bytes) {
    if (bytes.data == NULL) {
        return true;
    }
    copy->data = malloc(bytes.len + 1);
    if (copy->data == NULL) {
        return false;
    }
    memcpy(copy->data, bytes.data, bytes.len);
    copy->data[bytes.len] = 0;
    copy->len = bytes.len;
    return true;
}

// Frees what only the handshake needs, the key first. Renegotiation and post-handshake
// authentication, which would need it again, are disabled.
static void tls_free_credentials(tls_t *tls) {
    mbedtls_pk_free(&tls->own_key);
    mbedtls_x509_crt_free(&tls->own_cert);
    mbedtls_ssl_conf_ca_chain(&tls->config, NULL, NULL);
    mbedtls_x509_crt_free(&tls->ca_chain);
    tls_wipe_copy(&tls->key);
    tls_wipe_copy(&tls->cert);
    tls_wipe_copy(&tls->ca);
    tls_wipe_copy(&tls->hostname);
}

static void tls_free(tls_t *tls) {
    tls_free_credentials(tls);
    tls_drop_kept(tls);
    mbedtls_ssl_free(&tls->ssl);
    mbedtls_ssl_config_free(&tls->config);
    mbedtls_ctr_drbg_free(&tls->drbg);
    mbedtls_entropy_free(&tls->entropy);
    wipe(tls, sizeof(*tls));
    free(tls);
}

void tls_release(tls_t *tls) {
    if (atomic_fetch_sub(&tls->owners, 1) == 1) {
        if (tls->fd >= 0) {
            lwip_close(tls->fd);
        }
        tls_free(tls);
    }
}

// --- The handshake, which runs on the worker ---

static bool tls_is_pem(const tls_copy_t *copy) {
    return strstr((const char *)copy->data, "-----BEGIN ") != NULL;
}

static size_t tls_parse_len(const tls_copy_t *copy) {
    return tls_is_pem(copy) ? copy->len + 1 : copy->len;
}

static int tls_parse(tls_t *tls) {
    int err = 0;
    if (tls->ca.data != NULL) {
        // A positive result is the number of certificates of a bundle that this build cannot parse
        // (an algorithm is disabled). The others are used.
        err = mbedtls_x509_crt_parse(&tls->ca_chain, tls->ca.data, tls_parse_len(&tls->ca));
        if (err < 0) {
            return err;
        }
        mbedtls_ssl_conf_ca_chain(&tls->config, &tls->ca_chain, NULL);
    }
    if (tls->cert.data == NULL || tls->key.data == NULL) {
        return tls->cert.data == tls->key.data ? 0 : MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
    err = mbedtls_x509_crt_parse(&tls->own_cert, tls->cert.data, tls_parse_len(&tls->cert));
    if (err != 0) {
        return err < 0 ? err : MBEDTLS_ERR_X509_INVALID_FORMAT;
    }
    err = mbedtls_pk_parse_key(&tls->own_key, tls->key.data, tls_parse_len(&tls->key), NULL, 0,
        mbedtls_ctr_drbg_random, &tls->drbg);
    return err != 0 ? err
        : mbedtls_ssl_conf_own_cert(&tls->config, &tls->own_cert, &tls->own_key);
}

// Seconds since 2000. A year outside of this century is its begin or its end.
static uint32_t tls_seconds(const mbedtls_x509_time *time) {
    if (time->year < 2000 || time->year >= 2100) {
        return time->year < 2000 ? 0 : UINT32_MAX;
    }
    return builddate_seconds((uint32_t)time->year - 2000, (uint32_t)time->mon,
        (uint32_t)time->day, (uint32_t)(time->hour * 3600 + time->min * 60 + time->sec));
}

static void tls_note_dates(tls_t *tls, const mbedtls_x509_crt *cert) {
    const uint32_t from_s = tls_seconds(&cert->valid_from);
    const uint32_t to_s = tls_seconds(&cert->valid_to);
    if (from_s != UINT32_MAX && from_s > tls->not_before_s) {
        tls->not_before_s = from_s;
    }
    tls->not_after_s = to_s < tls->not_after_s ? to_s : tls->not_after_s;
}

static bool tls_has_address(const tls_t *tls, const mbedtls_x509_crt *cert) {
    for (const mbedtls_x509_sequence *at = &cert->subject_alt_names; at != NULL; at = at->next) {
        if ((at->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_IP_ADDRESS
            && at->buf.len == sizeof(tls->address)
            && memcmp(at->buf.p, tls->address, sizeof(tls->address)) == 0) {
            return true;
        }
    }
    return false;
}

// Called for each certificate of a chain whose signatures are valid, up to the CA. Depth 0 is the
// server's.
static int tls_verify(void *arg, mbedtls_x509_crt *cert, int depth, uint32_t *flags) {
    tls_t *tls = arg;
    tls->verified = true;
    tls_note_dates(tls, cert);
    if (depth == 0 && tls->is_address && !tls_has_address(tls, cert)) {
        *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    }
    return 0;
}

// An address is not given to mbedTLS as the host name: mbedTLS would send it in SNI, which RFC
// 6066, section 3, forbids, and would accept the name `*.0.2.2` of a certificate for it. An
// address must match an iPAddress entry (RFC 9525, section 6.4).
static int tls_set_peer(tls_t *tls) {
    const char *host = (const char *)tls->hostname.data;
    tls->is_address = hostname_quad(host, tls->hostname.len, tls->address);
    return mbedtls_ssl_set_hostname(&tls->ssl, tls->is_address ? NULL : host);
}

static int tls_prepare(tls_t *tls) {
    static const unsigned char personal[] = "connectwith";
    int err = mbedtls_ctr_drbg_seed(&tls->drbg, mbedtls_entropy_func, &tls->entropy, personal,
        sizeof(personal) - 1);
    if (err == 0) {
        err = mbedtls_ssl_config_defaults(&tls->config, MBEDTLS_SSL_IS_CLIENT,
            MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    }
    if (err != 0) {
        return err;
    }
    mbedtls_ssl_conf_authmode(&tls->config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(&tls->config, tls_verify, tls);
    mbedtls_ssl_conf_rng(&tls->config, mbedtls_ctr_drbg_random, &tls->drbg);
    mbedtls_ssl_conf_min_tls_version(&tls->config, MBEDTLS_SSL_VERSION_TLS1_2);
    #if defined(MBEDTLS_SSL_PROTO_TLS1_3) && !defined(MBEDTLS_THREADING_C)
    // TLS 1.3 uses PSA, whose key store has no lock in this configuration.
    mbedtls_ssl_conf_max_tls_version(&tls->config, MBEDTLS_SSL_VERSION_TLS1_2);
    #endif
    #if defined(MBEDTLS_SSL_RENEGOTIATION)
    mbedtls_ssl_conf_renegotiation(&tls->config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
    #endif
    err = tls_parse(tls);
    if (err == 0) {
        err = mbedtls_ssl_setup(&tls->ssl, &tls->config);
    }
    if (err == 0) {
        err = tls_set_peer(tls);
    }
    if (err == 0) {
        tls_offer(tls);
    }
    mbedtls_ssl_set_bio(&tls->ssl, tls, tls_bio_send, tls_bio_recv, NULL);
    return err;
}

// Waits for the socket, for TLS_WAIT_SLICE_US at most.
static void tls_wait(tls_t *tls, bool for_write) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(tls->fd, &set);
    struct timeval slice = {.tv_sec = 0, .tv_usec = TLS_WAIT_SLICE_US};
    timeslice_end();
    // The result is not needed: the next step of the handshake tries the socket.
    (void)lwip_select(tls->fd + 1, for_write ? NULL : &set, for_write ? &set : NULL, NULL, &slice);
    timeslice_begin();
}

static int tls_run_handshake(tls_t *tls) {
    tls->not_after_s = UINT32_MAX;
    while (!mbedtls_ssl_is_handshake_over(&tls->ssl)) {
        if (atomic_load(&tls->abort)) {
            return ECANCELED;
        }
        if (esp_timer_get_time() >= tls->deadline_us) {
            return ETIMEDOUT;
        }
        const int ret = mbedtls_ssl_handshake_step(&tls->ssl);
        if (ret == MBEDTLS_ERR_SSL_WANT_READ || ret == MBEDTLS_ERR_SSL_WANT_WRITE) {
            tls_wait(tls, ret == MBEDTLS_ERR_SSL_WANT_WRITE);
        } else if (ret != 0 && !tls_would_wait(ret)) {
            return tls_error_of(tls, ret);
        }
    }
    return 0;
}

static void tls_run(worker_job_t *job) {
    tls_t *tls = (tls_t *)job;
    timeslice_begin();
    int err = atomic_load(&tls->abort) ? ECANCELED : tls_prepare(tls);
    if (err == 0) {
        err = tls_run_handshake(tls);
        const uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
        tls->verify_flags = flags == UINT32_MAX ? 0 : flags;  // all ones: nothing was verified
        if (tls->verify_flags != MBEDTLS_X509_BADCERT_FUTURE) {
            tls->not_before_s = 0;
        }
        tls_learn(tls, err);
    }
    tls_free_credentials(tls);
    tls->error = err;
    tls->handshake_over = true;
    atomic_store(&tls->state, err == 0 ? TLS_READY : TLS_FAILED);
    if (!atomic_load(&tls->abort)) {
        tls->wake();
    }
    tls_release(tls);
    timeslice_end();
    lwip_socket_thread_cleanup();
}

// --- The caller's side ---

static tls_t *tls_new(const tls_config_t *config) {
    tls_t *tls = calloc(1, sizeof(*tls));
    if (tls == NULL) {
        return NULL;
    }
    mbedtls_entropy_init(&tls->entropy);
    mbedtls_ctr_drbg_init(&tls->drbg);
    mbedtls_x509_crt_init(&tls->ca_chain);
    mbedtls_x509_crt_init(&tls->own_cert);
    mbedtls_pk_init(&tls->own_key);
    mbedtls_ssl_config_init(&tls->config);
    mbedtls_ssl_init(&tls->ssl);
    tls_bytes_t host = config->hostname;
    host.len -= host.data[host.len - 1] == '.';  // SNI and certificates have no final dot
    if (tls_copy(&tls->hostname, host) && tls_copy(&tls->ca, config->ca)
        && tls_copy(&tls->cert, config->cert) && tls_copy(&tls->key, config->key)) {
        return tls;
    }
    tls_free(tls);
    return NULL;
}

status_t tls_open(int fd, const tls_config_t *config, void (*wake)(void), tls_t **out) {
    if (!hostname_valid((const char *)config->hostname.data, config->hostname.len)) {
        return STATUS_BAD_HOST;
    }
    if (config->ca.len > TLS_CREDENTIAL_MAX_BYTES || config->cert.len > TLS_CREDENTIAL_MAX_BYTES
        || config->key.len > TLS_CREDENTIAL_MAX_BYTES) {
        return STATUS_TOO_LARGE;
    }
    tls_t *tls = tls_new(config);
    if (tls == NULL) {
        return STATUS_NO_MEMORY;
    }
    tls->job.run = tls_run;
    tls->fd = fd;
    tls->handshake_port = config->port;
    if (config->port != 0) {
        tls_take_kept(tls);
    }
    tls->wake = wake;
    tls->deadline_us = esp_timer_get_time() + TLS_DEADLINE_US;
    atomic_init(&tls->state, TLS_HANDSHAKE);
    atomic_init(&tls->abort, false);
    atomic_init(&tls->owners, 2);
    if (!worker_submit(&tls->job)) {
        tls_free(tls);
        return STATUS_NO_MEMORY;
    }
    *out = tls;
    return STATUS_OK;
}
