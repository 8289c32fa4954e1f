// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/keys_mbedtls.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/asn1.h"
#include "mbedtls/bignum.h"
#include "mbedtls/ctr_drbg.h"
#include "mbedtls/ecp.h"
#include "mbedtls/entropy.h"
#include "mbedtls/pem.h"
#include "mbedtls/pk.h"
#include "mbedtls/x509_crt.h"
#include "mbedtls/x509_csr.h"

#include "connectwith/core/wipe.h"

// On the heap: the state of the entropy source alone has over a kilobyte.
typedef struct {
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context drbg;
    mbedtls_x509_crt cert;
    mbedtls_pk_context key;
    mbedtls_x509write_csr request;
} keys_t;

static keys_t *keys_new(void) {
    keys_t *keys = calloc(1, sizeof(*keys));
    if (keys != NULL) {
        mbedtls_entropy_init(&keys->entropy);
        mbedtls_ctr_drbg_init(&keys->drbg);
        mbedtls_x509_crt_init(&keys->cert);
        mbedtls_pk_init(&keys->key);
        mbedtls_x509write_csr_init(&keys->request);
    }
    return keys;
}

static void keys_free(keys_t *keys) {
    mbedtls_x509write_csr_free(&keys->request);
    mbedtls_pk_free(&keys->key);
    mbedtls_x509_crt_free(&keys->cert);
    mbedtls_ctr_drbg_free(&keys->drbg);
    mbedtls_entropy_free(&keys->entropy);
    wipe(keys, sizeof(*keys));
    free(keys);
}

static int keys_seed(keys_t *keys) {
    static const unsigned char personal[] = "connectwith key";
    return mbedtls_ctr_drbg_seed(&keys->drbg, mbedtls_entropy_func, &keys->entropy, personal,
        sizeof(personal) - 1);
}

// More than any check has taken (tests/port/stack/measure.py), in one block. A handshake has one, too.
#define KEYS_PROBE_BYTES (16 * 1024)

// An error of mbedTLS is the sum of one of a high-level module and one of a low-level module
// (mbedtls/error.h).
static bool keys_is_alloc(int err) {
    const int low = -(-err & 0x7F);
    const int high = -(-err & 0xFF80);
    return low == MBEDTLS_ERR_MPI_ALLOC_FAILED || low == MBEDTLS_ERR_ASN1_ALLOC_FAILED
           || high == MBEDTLS_ERR_PEM_ALLOC_FAILED || high == MBEDTLS_ERR_X509_ALLOC_FAILED
           || high == MBEDTLS_ERR_PK_ALLOC_FAILED || high == MBEDTLS_ERR_ECP_ALLOC_FAILED;
}

// Whether memory is what is missing. Some of mbedTLS's parsers answer "invalid" then: a public key,
// a private key in DER. `keys` has been freed.
static bool keys_lack_memory(int err) {
    if (keys_is_alloc(err)) {
        return true;
    }
    void *probe = malloc(KEYS_PROBE_BYTES);
    free(probe);
    return probe == NULL;
}

// --- Does it fit? ---

// mbedTLS wants to see a NUL behind PEM, and counts it.
static uint8_t *keys_copy(keys_bytes_t bytes, size_t *parse_len) {
    uint8_t *copy = malloc(bytes.len + 1);
    if (copy != NULL) {
        memcpy(copy, bytes.data, bytes.len);
        copy[bytes.len] = 0;
        *parse_len = bytes.len + (strstr((const char *)copy, "-----BEGIN ") != NULL);
    }
    return copy;
}

static int keys_parse_cert(keys_t *keys, keys_bytes_t cert, bool whole) {
    size_t parse_len = 0;
    uint8_t *copy = keys_copy(cert, &parse_len);
    if (copy == NULL) {
        return MBEDTLS_ERR_X509_ALLOC_FAILED;
    }
    // A positive answer counts the certificates that cannot be read, while others can. The
    // handshake takes that of a bundle of authorities, and not of the device's own.
    const int err = mbedtls_x509_crt_parse(&keys->cert, copy, parse_len);
    wipe(copy, cert.len);  // somebody may have given a key
    free(copy);
    return err > 0 ? (whole ? MBEDTLS_ERR_X509_INVALID_FORMAT : 0) : err;
}

static int keys_parse_key(keys_t *keys, keys_bytes_t key) {
    size_t parse_len = 0;
    uint8_t *copy = keys_copy(key, &parse_len);
    if (copy == NULL) {
        return MBEDTLS_ERR_PK_ALLOC_FAILED;
    }
    int err = keys_seed(keys);
    if (err == 0) {
        err = mbedtls_pk_parse_key(&keys->key, copy, parse_len, NULL, 0, mbedtls_ctr_drbg_random,
            &keys->drbg);
    }
    wipe(copy, key.len);
    free(copy);
    return err;
}

keys_fault_t keys_check(keys_bytes_t cert, keys_bytes_t key) {
    keys_t *keys = keys_new();
    if (keys == NULL) {
        return KEYS_NO_MEMORY;
    }
    keys_fault_t fault = KEYS_BAD_CERTIFICATE;
    int err = keys_parse_cert(keys, cert, key.data != NULL);
    if (err == 0 && key.data != NULL) {
        fault = KEYS_BAD_KEY;
        err = keys_parse_key(keys, key);
        if (err == 0) {
            fault = KEYS_OTHER_KEY;
            err = mbedtls_pk_check_pair(&keys->cert.pk, &keys->key, mbedtls_ctr_drbg_random,
                &keys->drbg);
        }
    }
    keys_free(keys);
    if (err == 0) {
        return KEYS_FIT;
    }
    return keys_lack_memory(err) ? KEYS_NO_MEMORY : fault;
}

// --- A new one ---

static int keys_make(keys_t *keys, const char *subject) {
    int err = keys_seed(keys);
    if (err == 0) {
        err = mbedtls_pk_setup(&keys->key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    }
    if (err == 0) {
        err = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(keys->key),
            mbedtls_ctr_drbg_random, &keys->drbg);
    }
    if (err == 0) {
        mbedtls_x509write_csr_set_md_alg(&keys->request, MBEDTLS_MD_SHA256);
        mbedtls_x509write_csr_set_key(&keys->request, &keys->key);
        err = mbedtls_x509write_csr_set_subject_name(&keys->request, subject);
    }
    return err;
}

// mbedTLS writes DER at the end of the buffer, and returns its length or an error.
static int keys_to_front(uint8_t *buf, size_t size, int len, size_t *out_len) {
    if (len < 0) {
        return len;
    }
    memmove(buf, buf + size - (size_t)len, (size_t)len);
    *out_len = (size_t)len;
    return 0;
}

status_t keys_make_request(const char *subject, uint8_t *key, size_t *key_len, uint8_t *request,
    size_t *request_len) {
    keys_t *keys = keys_new();
    if (keys == NULL) {
        return STATUS_NO_MEMORY;
    }
    int err = keys_make(keys, subject);
    if (err == 0) {
        const int len = mbedtls_x509write_csr_der(&keys->request, request, KEYS_REQUEST_MAX_BYTES,
            mbedtls_ctr_drbg_random, &keys->drbg);
        err = keys_to_front(request, KEYS_REQUEST_MAX_BYTES, len, request_len);
    }
    if (err == 0) {
        const int len = mbedtls_pk_write_key_der(&keys->key, key, KEYS_DER_MAX_BYTES);
        err = keys_to_front(key, KEYS_DER_MAX_BYTES, len, key_len);
    }
    keys_free(keys);
    if (err == 0) {
        return STATUS_OK;
    }
    wipe(key, KEYS_DER_MAX_BYTES);
    return keys_lack_memory(err) ? STATUS_NO_MEMORY : STATUS_KEY_FAILED;
}
