// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The envelope over the real cryptography. The blobs that must come out were made with another
// implementation (Python's cryptography package) from the format in core/seal.h.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "connectwith/core/seal.h"
#include "connectwith/port/aead_mbedtls.h"
#include "connectwith/port/platform.h"
#include "harness.h"

#define BYTES(text) ((seal_bytes_t) {(const uint8_t *)(text), sizeof(text) - 1})

static const uint8_t secret[SEAL_SECRET_BYTES] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
};

static const char plain_text[] = "correct horse";
static const char known_blob[] =
"\xc5\x01\xe6\x5f\x71\x6b\xfc\xa6\xa7\xd8\x57\xf8\x7e\x4a\xa0\xa1\xa2\xa3\xa4\xa5"
    "\xa6\xa7\xa8\xa9\xaa\xab\xde\x1a\x57\xca\xe1\x45\xe6\x28\x51\x53\x2d\x5d\x70\xab"
    "\xc6\x02\x8f\x0b\x21\x3c\xcc\xf5\x36\x7c\x55\x0b\xa1\xb7\x9f";
static const char known_empty[] =
    "\xc5\x01\xe6\x5f\x71\x6b\x0b\x9f\x05\x7e\x63\xa1\x52\x8c\xa0\xa1\xa2\xa3\xa4\xa5"
    "\xa6\xa7\xa8\xa9\xaa\xab\xca\x25\xf3\xbb\x93\x63\x4d\x86\xb0\x6f\x26\xd7\x29\xff"
    "\x5b\x77";

static uint8_t next_nonce_byte = 0xa0;

// In place of the hardware's: the vectors need a nonce that is known.
void platform_random_bytes(void *buf, size_t len) {
    uint8_t *bytes = buf;
    for (size_t i = 0; i < len; ++i) {
        bytes[i] = next_nonce_byte++;
    }
}

static status_t open_known(const uint8_t *blob, size_t len, uint8_t *plain) {
    return seal_open(&aead_mbedtls, secret, BYTES("wifi\0home"), (seal_bytes_t) {blob, len},
        plain);
}

// RFC 5869 appendix A.3: no salt, no info.
static void derives_as_the_rfc_says(void) {
    static const char ikm[] = "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
        "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b";
    static const char okm[] = "\x8d\xa4\xe7\x75\xa5\x63\xc1\x8f\x71\x5f\x80\x2a\x06\x3c\x5a\x31"
        "\xb8\xa1\x1f\x5c\x5e\xe1\x87\x9e\xc3\x45\x4e\x5f\x3c\x73\x8d\x2d";
    uint8_t out[32];
    CHECK_EQ(aead_mbedtls.derive(BYTES(ikm), "", out, 32), STATUS_OK);
    CHECK(memcmp(out, okm, 32) == 0);
    CHECK_EQ(aead_mbedtls.derive(BYTES(ikm), "", out, 33), STATUS_SEAL_FAILED);
}

// Test case 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega), appendix B.
static void encrypts_as_the_gcm_paper_says(void) {
    static const char key[] = "\xfe\xff\xe9\x92\x86\x65\x73\x1c\x6d\x6a\x8f\x94\x67\x30\x83\x08"
        "\xfe\xff\xe9\x92\x86\x65\x73\x1c\x6d\x6a\x8f\x94\x67\x30\x83\x08";
    static const char nonce[] = "\xca\xfe\xba\xbe\xfa\xce\xdb\xad\xde\xca\xf8\x88";
    static const char ad[] = "\xfe\xed\xfa\xce\xde\xad\xbe\xef\xfe\xed\xfa\xce\xde\xad\xbe\xef"
        "\xab\xad\xda\xd2";
    static const char plain[] =
        "\xd9\x31\x32\x25\xf8\x84\x06\xe5\xa5\x59\x09\xc5\xaf\xf5\x26\x9a"
        "\x86\xa7\xa9\x53\x15\x34\xf7\xda\x2e\x4c\x30\x3d\x8a\x31\x8a\x72"
        "\x1c\x3c\x0c\x95\x95\x68\x09\x53\x2f\xcf\x0e\x24\x49\xa6\xb5\x25"
        "\xb1\x6a\xed\xf5\xaa\x0d\xe6\x57\xba\x63\x7b\x39";
    static const char cipher[] =
        "\x52\x2d\xc1\xf0\x99\x56\x7d\x07\xf4\x7f\x37\xa3\x2a\x84\x42\x7d"
        "\x64\x3a\x8c\xdc\xbf\xe5\xc0\xc9\x75\x98\xa2\xbd\x25\x55\xd1\xaa"
        "\x8c\xb0\x8e\x48\x59\x0d\xbb\x3d\xa7\xb0\x8b\x10\x56\x82\x88\x38"
        "\xc5\xf6\x1e\x63\x93\xba\x7a\x0a\xbc\xc9\xf6\x62";
    static const char tag[] = "\x76\xfc\x6e\xce\x0f\x4e\x17\x68\xcd\xdf\x88\x53\xbb\x2d\x55\x1b";
    uint8_t out[sizeof(plain) - 1];
    uint8_t out_tag[SEAL_TAG_BYTES];
    CHECK_EQ(aead_mbedtls.encrypt((const uint8_t *)key, (const uint8_t *)nonce, BYTES(ad),
        BYTES(plain), out, out_tag), STATUS_OK);
    CHECK(memcmp(out, cipher, sizeof(out)) == 0);
    CHECK(memcmp(out_tag, tag, sizeof(out_tag)) == 0);
}

static void seals_the_known_blob(void) {
    uint8_t blob[sizeof(known_blob) - 1];
    next_nonce_byte = 0xa0;
    CHECK_EQ(seal_close(&aead_mbedtls, secret, BYTES("wifi\0home"), BYTES(plain_text), blob),
        STATUS_OK);
    CHECK(memcmp(blob, known_blob, sizeof(blob)) == 0);
    uint8_t plain[sizeof(plain_text) - 1];
    CHECK_EQ(open_known(blob, sizeof(blob), plain), STATUS_OK);
    CHECK(memcmp(plain, plain_text, sizeof(plain)) == 0);
}

static void seals_nothing_for_no_use(void) {
    uint8_t blob[SEAL_OVERHEAD_BYTES];
    next_nonce_byte = 0xa0;
    CHECK_EQ(seal_close(&aead_mbedtls, secret, BYTES(""), BYTES(""), blob), STATUS_OK);
    CHECK(memcmp(blob, known_empty, sizeof(blob)) == 0);
    CHECK_EQ(seal_open(&aead_mbedtls, secret, BYTES(""), BYTES(known_empty), NULL), STATUS_OK);
}

static void two_blobs_of_one_value_differ(void) {
    uint8_t first[SEAL_OVERHEAD_BYTES];
    uint8_t second[SEAL_OVERHEAD_BYTES];
    CHECK_EQ(seal_close(&aead_mbedtls, secret, BYTES("x"), BYTES(""), first), STATUS_OK);
    CHECK_EQ(seal_close(&aead_mbedtls, secret, BYTES("x"), BYTES(""), second), STATUS_OK);
    CHECK(memcmp(first, second, sizeof(first)) != 0);
}

static status_t reason_for_byte(size_t at) {
    if (at < 2) {
        return at == 0 ? STATUS_SEAL_FORMAT : STATUS_SEAL_VERSION;
    }
    static const status_t ids[] = { STATUS_SEAL_KEY, STATUS_SEAL_PURPOSE, STATUS_SEAL_USE };
    return at < SEAL_HEADER_BYTES ? ids[(at - 2) / SEAL_ID_BYTES] : STATUS_SEAL_FORGED;
}

static void every_flipped_bit_is_refused(void) {
    uint8_t blob[sizeof(known_blob) - 1];
    uint8_t plain[sizeof(plain_text) - 1];
    for (size_t bit = 0; bit < sizeof(blob) * 8; ++bit) {
        memcpy(blob, known_blob, sizeof(blob));
        blob[bit / 8] ^= (uint8_t)(1u << bit % 8);
        memset(plain, 0, sizeof(plain));
        CHECK_EQ(open_known(blob, sizeof(blob), plain), reason_for_byte(bit / 8));
        for (size_t i = 0; i < sizeof(plain); ++i) {
            CHECK_EQ(plain[i], 0);  // nothing of the plain text may get out
        }
    }
}

static void every_cut_and_every_addition_is_refused(void) {
    uint8_t blob[sizeof(known_blob)];
    uint8_t plain[sizeof(plain_text)];
    memcpy(blob, known_blob, sizeof(blob));  // with the NUL as the byte too much
    for (size_t len = 0; len < sizeof(known_blob) - 1; ++len) {
        CHECK_EQ(open_known(blob, len, plain),
            len < SEAL_OVERHEAD_BYTES ? STATUS_SEAL_FORMAT : STATUS_SEAL_FORGED);
    }
    CHECK_EQ(open_known(blob, sizeof(known_blob), plain), STATUS_SEAL_FORGED);
    // Cut at the front.
    CHECK_EQ(open_known(blob + 1, sizeof(known_blob) - 2, plain), STATUS_SEAL_FORMAT);
}

static status_t open_for(seal_bytes_t context) {
    uint8_t plain[sizeof(plain_text) - 1];
    return seal_open(&aead_mbedtls, secret, context, BYTES(known_blob), plain);
}

static void another_use_is_refused(void) {
    CHECK_EQ(open_for(BYTES("wifi\0work")), STATUS_SEAL_USE);
    CHECK_EQ(open_for(BYTES("wifi\0hom")), STATUS_SEAL_USE);
    CHECK_EQ(open_for(BYTES("wifi\0home\0")), STATUS_SEAL_USE);
    CHECK_EQ(open_for(BYTES("wifi")), STATUS_SEAL_USE);
    CHECK_EQ(open_for(BYTES("proxy\0home")), STATUS_SEAL_PURPOSE);
    CHECK_EQ(open_for(BYTES("wif\0home")), STATUS_SEAL_PURPOSE);
    CHECK_EQ(open_for(BYTES("wifi home")), STATUS_SEAL_PURPOSE);
    CHECK_EQ(open_for(BYTES("")), STATUS_SEAL_PURPOSE);
}

// The ids only choose the reason: the tag refuses a blob with the ids of another use.
static void ids_alone_open_nothing(void) {
    uint8_t blob[sizeof(known_blob) - 1];
    uint8_t other[sizeof(known_blob) - 1];
    uint8_t plain[sizeof(plain_text) - 1];
    memcpy(blob, known_blob, sizeof(blob));
    const seal_bytes_t context = BYTES("proxy\0me");
    CHECK_EQ(seal_close(&aead_mbedtls, secret, context, BYTES(plain_text), other), STATUS_OK);
    memcpy(blob, other, SEAL_HEADER_BYTES);
    CHECK_EQ(seal_open(&aead_mbedtls, secret, context, (seal_bytes_t) {blob, sizeof(blob)}, plain),
        STATUS_SEAL_FORGED);
}

static void another_device_is_refused(void) {
    uint8_t other[SEAL_SECRET_BYTES];
    uint8_t plain[sizeof(plain_text) - 1];
    memcpy(other, secret, sizeof(other));
    other[31] ^= 1;
    CHECK_EQ(seal_open(&aead_mbedtls, other, BYTES("wifi\0home"), BYTES(known_blob), plain),
        STATUS_SEAL_KEY);
}

static void lengths_on_both_sides_of_the_limits(void) {
    static uint8_t in[SEAL_PLAIN_MAX_BYTES + 1];
    static uint8_t blob[sizeof(in) + SEAL_OVERHEAD_BYTES];
    static uint8_t out[sizeof(in)];
    memset(in, 'p', sizeof(in));
    const seal_bytes_t context = {in, SEAL_CONTEXT_MAX_BYTES};
    const seal_bytes_t plain = {in, SEAL_PLAIN_MAX_BYTES};
    CHECK_EQ(seal_close(&aead_mbedtls, secret, context, plain, blob), STATUS_OK);
    CHECK_EQ(seal_open(&aead_mbedtls, secret, context,
        (seal_bytes_t) {blob, sizeof(blob) - 1}, out), STATUS_OK);
    CHECK(memcmp(in, out, SEAL_PLAIN_MAX_BYTES) == 0);

    const seal_bytes_t long_context = {in, SEAL_CONTEXT_MAX_BYTES + 1};
    const seal_bytes_t long_plain = {in, sizeof(in)};
    CHECK_EQ(seal_close(&aead_mbedtls, secret, long_context, plain, blob), STATUS_SEAL_TOO_LONG);
    CHECK_EQ(seal_close(&aead_mbedtls, secret, context, long_plain, blob), STATUS_SEAL_TOO_LONG);
    CHECK_EQ(seal_open(&aead_mbedtls, secret, long_context,
        (seal_bytes_t) {blob, sizeof(blob) - 1}, out), STATUS_SEAL_TOO_LONG);
    CHECK_EQ(seal_open(&aead_mbedtls, secret, context,
        (seal_bytes_t) {blob, sizeof(blob)}, out), STATUS_SEAL_TOO_LONG);
}

// Hardware that fails must not leave a half-made blob or a guess behind.
static status_t fail_encrypt(const uint8_t *key, const uint8_t *nonce, seal_bytes_t ad,
    seal_bytes_t plain, uint8_t *cipher, uint8_t *tag) {
    (void)key;
    (void)nonce;
    (void)ad;
    (void)tag;
    memcpy(cipher, plain.data, plain.len);
    return STATUS_SEAL_FAILED;
}

static status_t fail_derive(seal_bytes_t input, const char *info, uint8_t *out, size_t len) {
    (void)input;
    (void)info;
    memset(out, 0, len);
    return STATUS_SEAL_FAILED;
}

static void failing_hardware_leaves_nothing(void) {
    seal_aead_t broken = aead_mbedtls;
    uint8_t blob[sizeof(known_blob) - 1];
    uint8_t plain[sizeof(plain_text) - 1];
    broken.encrypt = fail_encrypt;
    CHECK_EQ(seal_close(&broken, secret, BYTES("wifi\0home"), BYTES(plain_text), blob),
        STATUS_SEAL_FAILED);
    for (size_t i = 0; i < sizeof(blob); ++i) {
        CHECK_EQ(blob[i], 0);
    }
    broken.derive = fail_derive;
    CHECK_EQ(seal_close(&broken, secret, BYTES("wifi\0home"), BYTES(plain_text), blob),
        STATUS_SEAL_FAILED);
    CHECK_EQ(seal_open(&broken, secret, BYTES("wifi\0home"), BYTES(known_blob), plain),
        STATUS_SEAL_FAILED);
}

const test_t seal_tests[] = {
    { "derives_as_the_rfc_says", derives_as_the_rfc_says },
    { "encrypts_as_the_gcm_paper_says", encrypts_as_the_gcm_paper_says },
    { "seals_the_known_blob", seals_the_known_blob },
    { "seals_nothing_for_no_use", seals_nothing_for_no_use },
    { "two_blobs_of_one_value_differ", two_blobs_of_one_value_differ },
    { "every_flipped_bit_is_refused", every_flipped_bit_is_refused },
    { "every_cut_and_every_addition_is_refused", every_cut_and_every_addition_is_refused },
    { "another_use_is_refused", another_use_is_refused },
    { "ids_alone_open_nothing", ids_alone_open_nothing },
    { "another_device_is_refused", another_device_is_refused },
    { "lengths_on_both_sides_of_the_limits", lengths_on_both_sides_of_the_limits },
    { "failing_hardware_leaves_nothing", failing_hardware_leaves_nothing },
    { NULL, NULL },
};
