// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "certificates.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "mbedtls/ecp.h"

int random_bytes(void *unused, unsigned char *buf, size_t len) {
    (void)unused;
    return getrandom(buf, len, 0) == (ssize_t)len ? 0 : -1;
}

static void must(int err, const char *what) {
    if (err != 0) {
        fprintf(stderr, "%s: -0x%04x\n", what, (unsigned)-err);
        abort();
    }
}

void identity_make(identity_t *identity, const identity_t *issuer, const char *name,
    const char *from, const char *to) {
    static unsigned char serial = 1;
    char subject[80];
    snprintf(subject, sizeof(subject), "CN=%s", name);
    mbedtls_pk_init(&identity->key);
    must(mbedtls_pk_setup(&identity->key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), "key");
    must(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(identity->key), random_bytes,
        NULL), "key");

    char issuer_name[80];
    if (issuer != NULL) {
        mbedtls_x509_dn_gets(issuer_name, sizeof(issuer_name), &issuer->crt.subject);
    }
    mbedtls_x509write_cert write;
    mbedtls_x509write_crt_init(&write);
    mbedtls_x509write_crt_set_version(&write, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&write, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&write, &identity->key);
    mbedtls_x509write_crt_set_issuer_key(&write, issuer != NULL
        ? (mbedtls_pk_context *)&issuer->key : &identity->key);
    must(mbedtls_x509write_crt_set_subject_name(&write, subject), "subject");
    must(mbedtls_x509write_crt_set_issuer_name(&write, issuer != NULL ? issuer_name : subject),
        "issuer");
    must(mbedtls_x509write_crt_set_serial_raw(&write, &serial, 1), "serial");
    must(mbedtls_x509write_crt_set_validity(&write, from, to), "validity");
    must(mbedtls_x509write_crt_set_basic_constraints(&write, issuer == NULL, -1), "constraints");
    must(mbedtls_x509write_crt_pem(&write, (unsigned char *)identity->pem, sizeof(identity->pem),
        random_bytes, NULL), "certificate");
    mbedtls_x509write_crt_free(&write);
    ++serial;

    mbedtls_x509_crt_init(&identity->crt);
    size_t len = 0;
    while (identity->pem[len] != 0) {
        ++len;
    }
    must(mbedtls_x509_crt_parse(&identity->crt, (unsigned char *)identity->pem, len + 1), "parse");
}
