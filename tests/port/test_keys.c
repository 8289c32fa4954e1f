// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Keys and certificates, also where memory ends at any allocation. The linker sends malloc() and
// calloc() here (--wrap).

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/x509_csr.h"

#include "certificates.h"
#include "connectwith/port/keys_mbedtls.h"
#include "harness.h"

#define NEVER  (-1)

void *__real_malloc(size_t len);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t n, size_t size);

static _Thread_local int allocations_left = NEVER;

static bool memory_ends(void) {
    if (allocations_left == NEVER || allocations_left == 0) {
        return allocations_left == 0;
    }
    --allocations_left;
    return false;
}

void *__wrap_malloc(size_t len) {
    return memory_ends() ? NULL : __real_malloc(len);
}

void *__wrap_calloc(size_t n, size_t size) {
    return memory_ends() ? NULL : __real_calloc(n, size);
}

static identity_t first, second;
static uint8_t first_key[KEYS_DER_MAX_BYTES], second_key[KEYS_DER_MAX_BYTES];

static keys_bytes_t pem(const identity_t *identity) {
    return (keys_bytes_t) {(const uint8_t *)identity->pem, strlen(identity->pem)};
}

static keys_bytes_t der(identity_t *identity, uint8_t *buf) {
    const int len = mbedtls_pk_write_key_der(&identity->key, buf, KEYS_DER_MAX_BYTES);
    CHECK(len > 0);
    return (keys_bytes_t) {buf + KEYS_DER_MAX_BYTES - len, (size_t)len};
}

static void make(void) {
    if (first.pem[0] == 0) {
        identity_make(&first, NULL, "first", "20200101000000", "20400101000000");
        identity_make(&second, NULL, "second", "20200101000000", "20400101000000");
    }
}

static void test_pairs(void) {
    make();
    const keys_bytes_t none = {NULL, 0}, empty = {(const uint8_t *)"", 0};
    const keys_bytes_t noise = {(const uint8_t *)"0123456789abcdef", 16};
    const keys_bytes_t key = der(&first, first_key), other = der(&second, second_key);
    CHECK_EQ(keys_check(pem(&first), key), KEYS_FIT);
    CHECK_EQ(keys_check(pem(&second), other), KEYS_FIT);
    CHECK_EQ(keys_check(pem(&first), none), KEYS_FIT);
    CHECK_EQ(keys_check(pem(&first), other), KEYS_OTHER_KEY);
    CHECK_EQ(keys_check(pem(&first), noise), KEYS_BAD_KEY);
    CHECK_EQ(keys_check(pem(&first), pem(&first)), KEYS_BAD_KEY);
    CHECK_EQ(keys_check(pem(&first), empty), KEYS_BAD_KEY);
    CHECK_EQ(keys_check(key, key), KEYS_BAD_CERTIFICATE);
    CHECK_EQ(keys_check(noise, none), KEYS_BAD_CERTIFICATE);
    CHECK_EQ(keys_check(empty, none), KEYS_BAD_CERTIFICATE);
    for (size_t len = 0; len < key.len; ++len) {
        CHECK_EQ(keys_check(pem(&first), (keys_bytes_t) {key.data, len}), KEYS_BAD_KEY);
    }
}

static void test_new_key(void) {
    uint8_t key[KEYS_DER_MAX_BYTES], request[KEYS_REQUEST_MAX_BYTES];
    size_t key_len = 0, request_len = 0;
    char subject[3 + 64 + 1] = "CN=";
    memset(subject + 3, 'a', 64);
    CHECK_EQ(keys_make_request(subject, key, &key_len, request, &request_len), STATUS_OK);
    CHECK_EQ(key_len, 121);
    mbedtls_pk_context parsed;
    mbedtls_x509_csr csr;
    mbedtls_pk_init(&parsed);
    mbedtls_x509_csr_init(&csr);
    CHECK_EQ(mbedtls_pk_parse_key(&parsed, key, key_len, NULL, 0, random_bytes, NULL), 0);
    CHECK_EQ(mbedtls_x509_csr_parse_der(&csr, request, request_len), 0);
    CHECK_EQ(mbedtls_pk_check_pair(&csr.pk, &parsed, random_bytes, NULL), 0);
    char name[100];
    CHECK(mbedtls_x509_dn_gets(name, sizeof(name), &csr.subject) == (int)strlen(subject));
    CHECK_EQ(strcmp(name, subject), 0);
    mbedtls_x509_csr_free(&csr);
    mbedtls_pk_free(&parsed);
}

static void test_no_memory(void) {
    make();
    const keys_bytes_t key = der(&first, first_key);
    int n = 0;
    keys_fault_t fault = KEYS_NO_MEMORY;
    for (; fault == KEYS_NO_MEMORY; ++n) {
        allocations_left = n;
        fault = keys_check(pem(&first), key);
    }
    allocations_left = NEVER;
    CHECK_EQ(fault, KEYS_FIT);
    CHECK(n > 20);
    uint8_t made[KEYS_DER_MAX_BYTES], request[KEYS_REQUEST_MAX_BYTES];
    static const uint8_t zero[KEYS_DER_MAX_BYTES];
    size_t made_len, request_len;
    status_t status = STATUS_NO_MEMORY;
    for (n = 0; status == STATUS_NO_MEMORY; ++n) {
        memset(made, 0, sizeof(made));
        allocations_left = n;
        status = keys_make_request("CN=name", made, &made_len, request, &request_len);
        CHECK(status == STATUS_OK || memcmp(made, zero, sizeof(made)) == 0);
    }
    allocations_left = NEVER;
    CHECK_EQ(status, STATUS_OK);
    CHECK(n > 20);
    mbedtls_pk_free(&first.key);
    mbedtls_pk_free(&second.key);
    mbedtls_x509_crt_free(&first.crt);
    mbedtls_x509_crt_free(&second.crt);
    first.pem[0] = 0;
}

const test_t keys_tests[] = {
    {"pairs", test_pairs},
    {"new key", test_new_key},
    {"no memory", test_no_memory},
    {NULL, NULL},
};
