// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// core/seal over the real cryptography: a sealed value opens, everything else is refused with the
// right reason, and a refusal gives no plain text.

#include <string.h>

#include "connectwith/core/seal.h"
#include "connectwith/port/aead_mbedtls.h"
#include "connectwith/port/platform.h"
#include "fuzz.h"

#define CHANGES_MAX (4)
#define FILL (0x55)

static const uint8_t secret[SEAL_SECRET_BYTES] = "a secret of this device, 32 byte";
static const uint8_t other_secret[SEAL_SECRET_BYTES] = "a secret of another one, 32 byte";

// In place of the hardware's. Two blobs of one input must still have different nonces.
void platform_random_bytes(void *buf, size_t len) {
    static uint32_t state = 1;
    uint8_t *bytes = buf;
    for (size_t i = 0; i < len; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(state >> 24);
    }
}

typedef struct {
    seal_bytes_t context;
    seal_bytes_t plain;
    uint8_t *blob; // plain.len + SEAL_OVERHEAD_BYTES
    size_t blob_len;
} sealed_t;

// Cryptography that fails at its n-th call.
static int calls_left;

static bool fails_now(void) {
    return calls_left-- == 0;
}

static status_t failing_derive(seal_bytes_t key, const char *info, uint8_t *out, size_t len) {
    return fails_now() ? STATUS_SEAL_FAILED : aead_mbedtls.derive(key, info, out, len);
}

static status_t failing_encrypt(const uint8_t *key, const uint8_t *nonce, seal_bytes_t ad,
    seal_bytes_t plain, uint8_t *cipher, uint8_t *tag) {
    status_t status = aead_mbedtls.encrypt(key, nonce, ad, plain, cipher, tag);
    return fails_now() ? STATUS_SEAL_FAILED : status;
}

static status_t failing_decrypt(const uint8_t *key, const uint8_t *nonce, seal_bytes_t ad,
    seal_bytes_t cipher, const uint8_t *tag, uint8_t *plain) {
    status_t status = aead_mbedtls.decrypt(key, nonce, ad, cipher, tag, plain);
    return fails_now() ? STATUS_SEAL_FAILED : status;
}

static const seal_aead_t aead_failing = {
    .random = platform_random_bytes,
    .derive = failing_derive,
    .encrypt = failing_encrypt,
    .decrypt = failing_decrypt,
};

// Whether nothing was written, or nothing but zeros.
static bool is_clean(const uint8_t *bytes, size_t len) {
    bool filled = true;
    bool zeroed = true;
    for (size_t i = 0; i < len; i++) {
        filled &= bytes[i] == FILL;
        zeroed &= bytes[i] == 0;
    }
    return filled || zeroed;
}

// Opens into memory of exactly the size that is asked for. `want` is what must come out.
static void open_and_check(const uint8_t *key, seal_bytes_t context, seal_bytes_t blob,
    status_t want, const uint8_t *plain) {
    size_t len = blob.len < SEAL_OVERHEAD_BYTES ? 0 : blob.len - SEAL_OVERHEAD_BYTES;
    uint8_t *out = malloc(len ? len : 1);
    PROMISE(out != NULL);
    memset(out, FILL, len);
    PROMISE(seal_open(&aead_mbedtls, key, context, blob, out) == want);
    if (want == STATUS_OK) {
        PROMISE(memcmp(out, plain, len) == 0);
    } else {
        PROMISE(is_clean(out, len));
    }
    free(out);
}

// Why a blob is refused of which only the byte at `at` was changed.
static status_t reason(size_t at) {
    static const status_t ids[] = { STATUS_SEAL_KEY, STATUS_SEAL_PURPOSE, STATUS_SEAL_USE };
    if (at < 2) {
        return at == 0 ? STATUS_SEAL_FORMAT : STATUS_SEAL_VERSION;
    }
    return at < SEAL_HEADER_BYTES ? ids[(at - 2) / SEAL_ID_BYTES] : STATUS_SEAL_FORGED;
}

// Changes up to a few bytes; the first one of them gives the reason, tested in this order.
static void check_changed(fuzz_t *in, const sealed_t *sealed) {
    size_t len = sealed->blob_len;
    uint8_t *blob = malloc(len);
    PROMISE(blob != NULL);
    memcpy(blob, sealed->blob, len);
    for (int i = 0; i < CHANGES_MAX; i++) {
        blob[fuzz_word(in, 2) % len] ^= fuzz_byte(in);
    }
    size_t at = 0;
    while (at < len && blob[at] == sealed->blob[at]) {
        at++;
    }
    open_and_check(secret, sealed->context, (seal_bytes_t) {blob, len},
        at == len ? STATUS_OK : reason(at), sealed->plain.data);
    free(blob);
}

// Cut short, or with bytes at the end that do not belong to it.
static void check_resized(fuzz_t *in, const sealed_t *sealed) {
    size_t len = fuzz_word(in, 2) % (sealed->blob_len + 40);
    uint8_t *blob = calloc(1, len ? len : 1);
    PROMISE(blob != NULL);
    memcpy(blob, sealed->blob, len < sealed->blob_len ? len : sealed->blob_len);
    status_t want = len == sealed->blob_len ? STATUS_OK : STATUS_SEAL_FORGED;
    if (len < SEAL_OVERHEAD_BYTES) {
        want = STATUS_SEAL_FORMAT;
    } else if (len > SEAL_OVERHEAD_BYTES + SEAL_PLAIN_MAX_BYTES) {
        want = STATUS_SEAL_TOO_LONG;
    }
    open_and_check(secret, sealed->context, (seal_bytes_t) {blob, len}, want, sealed->plain.data);
    free(blob);
}

static size_t purpose_len(seal_bytes_t context) {
    const uint8_t *nul = context.len ? memchr(context.data, 0, context.len) : NULL;
    return nul ? (size_t)(nul - context.data) : context.len;
}

// For another use, and on another device.
static void check_moved(fuzz_t *in, const sealed_t *sealed) {
    const seal_bytes_t blob = { sealed->blob, sealed->blob_len };
    open_and_check(other_secret, sealed->context, blob, STATUS_SEAL_KEY, NULL);
    size_t len = fuzz_word(in, 2) % (SEAL_CONTEXT_MAX_BYTES + 2);
    uint8_t *data = fuzz_take(in, &len);
    const seal_bytes_t other = { data, len };
    const seal_bytes_t own = sealed->context;
    status_t want = STATUS_OK;
    if (len > SEAL_CONTEXT_MAX_BYTES) {
        want = STATUS_SEAL_TOO_LONG;
    } else if (purpose_len(other) != purpose_len(own)
        || memcmp(data, own.data, purpose_len(own)) != 0) {
        want = STATUS_SEAL_PURPOSE;
    } else if (len != own.len || memcmp(data, own.data, len) != 0) {
        want = STATUS_SEAL_USE;
    }
    open_and_check(secret, other, blob, want, sealed->plain.data);
    free(data);
}

// The cryptography fails: the failure is reported, and the output has no plain text.
static void check_failing(fuzz_t *in, const sealed_t *sealed) {
    const int when = fuzz_byte(in) % 6;
    const bool fails = when < 5; // three ids, the key, the cipher
    uint8_t *out = malloc(sealed->blob_len);
    PROMISE(out != NULL);
    memset(out, FILL, sealed->blob_len);
    calls_left = when;
    status_t status = seal_close(&aead_failing, secret, sealed->context, sealed->plain, out);
    PROMISE(status == (fails ? STATUS_SEAL_FAILED : STATUS_OK));
    PROMISE(!fails || is_clean(out, sealed->blob_len));
    memset(out, FILL, sealed->blob_len);
    calls_left = when;
    status = seal_open(&aead_failing, secret, sealed->context,
        (seal_bytes_t) {sealed->blob, sealed->blob_len}, out);
    PROMISE(status == (fails ? STATUS_SEAL_FAILED : STATUS_OK));
    PROMISE(!fails || is_clean(out, sealed->plain.len));
    free(out);
}

static void check_round_trip(fuzz_t *in, const sealed_t *sealed) {
    (void)in;
    open_and_check(secret, sealed->context, (seal_bytes_t) {sealed->blob, sealed->blob_len},
        STATUS_OK, sealed->plain.data);
}

// A context of up to a byte too much, plain text out of what is left, then one check.
static void check_sealed(fuzz_t *in) {
    static void (*const checks[])(fuzz_t *, const sealed_t *) = {
        check_round_trip, check_changed, check_resized, check_moved, check_failing,
    };
    const uint8_t which = fuzz_byte(in) % 5;
    size_t context_len = fuzz_word(in, 2) % (SEAL_CONTEXT_MAX_BYTES + 2);
    size_t plain_len = fuzz_word(in, 2) % (SEAL_PLAIN_MAX_BYTES + 2);
    uint8_t *context = fuzz_take(in, &context_len);
    uint8_t *plain = fuzz_take(in, &plain_len);
    sealed_t sealed = { { context, context_len }, { plain, plain_len }, NULL, 0 };
    sealed.blob_len = plain_len + SEAL_OVERHEAD_BYTES;
    sealed.blob = malloc(sealed.blob_len);
    PROMISE(sealed.blob != NULL);
    status_t status = seal_close(&aead_mbedtls, secret, sealed.context, sealed.plain, sealed.blob);
    if (context_len > SEAL_CONTEXT_MAX_BYTES || plain_len > SEAL_PLAIN_MAX_BYTES) {
        PROMISE(status == STATUS_SEAL_TOO_LONG);
    } else {
        PROMISE(status == STATUS_OK);
        checks[which](in, &sealed);
    }
    free(sealed.blob);
    free(plain);
    free(context);
}

// Bytes that were never sealed: one of the reasons, and no output.
static void check_hostile(fuzz_t *in) {
    size_t context_len = fuzz_word(in, 2) % (SEAL_CONTEXT_MAX_BYTES + 2);
    uint8_t *context = fuzz_take(in, &context_len);
    size_t len = in->len;
    uint8_t *blob = fuzz_take(in, &len);
    const size_t plain_len = len < SEAL_OVERHEAD_BYTES ? 0 : len - SEAL_OVERHEAD_BYTES;
    uint8_t *out = malloc(plain_len ? plain_len : 1);
    PROMISE(out != NULL);
    memset(out, FILL, plain_len);
    status_t status = seal_open(&aead_mbedtls, secret, (seal_bytes_t) {context, context_len},
        (seal_bytes_t) {blob, len}, out);
    PROMISE(status >= STATUS_SEAL_FORMAT && status <= STATUS_SEAL_TOO_LONG);
    PROMISE(status != STATUS_SEAL_FAILED);
    PROMISE(is_clean(out, plain_len));
    free(out);
    free(blob);
    free(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    fuzz_t in = { data, len };
    if (fuzz_byte(&in) % 4 == 0) {
        check_hostile(&in);
    } else {
        check_sealed(&in);
    }
    return 0;
}
