// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// seal() and unseal(): secrets as blobs that open on this device only.

#include <string.h>

#include "py/obj.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/core/seal.h"
#include "connectwith/core/wipe.h"
#include "connectwith/port/aead_mbedtls.h"
#include "connectwith/port/platform.h"

_Static_assert(PLATFORM_SECRET_BYTES == SEAL_SECRET_BYTES, "the two must agree");

static seal_bytes_t seal_buffer(mp_obj_t obj) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(obj, &info, MP_BUFFER_READ);
    return (seal_bytes_t) {info.buf, info.len};
}

// The secret is on the stack during one call only. It is wiped before the return.
status_t connectwith_with_secret(bool open, seal_bytes_t in, seal_bytes_t context, uint8_t *out) {
    uint8_t secret[PLATFORM_SECRET_BYTES];
    status_t status = STATUS_SEAL_FAILED;
    if (platform_secret(secret) != PLATFORM_SECRET_NONE) {
        status = open ? seal_open(&aead_mbedtls, secret, context, in, out)
            : seal_close(&aead_mbedtls, secret, context, in, out);
    }
    wipe(secret, sizeof(secret));
    return status;
}

// seal(plain, context) -> bytes. ValueError: too long; RuntimeError: the device has no secret.
static mp_obj_t connectwith_seal(mp_obj_t plain_in, mp_obj_t context_in) {
    const seal_bytes_t plain = seal_buffer(plain_in);
    const seal_bytes_t context = seal_buffer(context_in);
    vstr_t blob;
    vstr_init_len(&blob, plain.len + SEAL_OVERHEAD_BYTES);
    connectwith_check(connectwith_with_secret(false, plain, context, (uint8_t *)blob.buf));
    return mp_obj_new_bytes_from_vstr(&blob);
}
MP_DEFINE_CONST_FUN_OBJ_2(connectwith_seal_obj, connectwith_seal);

// unseal(blob, context, mutable=False) -> bytes. mutable: a bytearray, which the caller can
// overwrite. ValueError: the reason why it cannot be opened.
static mp_obj_t connectwith_unseal(size_t n_args, const mp_obj_t *args) {
    const seal_bytes_t blob = seal_buffer(args[0]);
    const seal_bytes_t context = seal_buffer(args[1]);
    if (blob.len < SEAL_OVERHEAD_BYTES) {
        connectwith_raise(STATUS_SEAL_FORMAT);
    }
    vstr_t plain;
    vstr_init_len(&plain, blob.len - SEAL_OVERHEAD_BYTES);
    connectwith_check(connectwith_with_secret(true, blob, context, (uint8_t *)plain.buf));
    if (n_args > 2 && mp_obj_is_true(args[2])) {
        return mp_obj_new_bytearray_by_ref(plain.len, plain.buf);
    }
    return mp_obj_new_bytes_from_vstr(&plain);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_unseal_obj, 2, 3, connectwith_unseal);

static const char *const seal_source_names[] = {
    [PLATFORM_SECRET_NONE] = "none",
    [PLATFORM_SECRET_EFUSE_HMAC] = "efuse-hmac",
    [PLATFORM_SECRET_NVS_ENCRYPTED] = "nvs-encrypted",
    [PLATFORM_SECRET_NVS_PLAIN] = "nvs-plain",
};

// key_source() -> str: what the key is derived from. "none": storage failed, nothing can be
// sealed.
static mp_obj_t connectwith_key_source(void) {
    uint8_t secret[PLATFORM_SECRET_BYTES];
    const platform_secret_source_t source = platform_secret(secret);
    wipe(secret, sizeof(secret));
    const char *name = seal_source_names[source];
    return mp_obj_new_str(name, strlen(name));
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_key_source_obj, connectwith_key_source);
