// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// check_key() and make_request(): the private key of the device's certificate.

#include "py/obj.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/core/wipe.h"
#include "connectwith/port/keys_mbedtls.h"

static keys_bytes_t keys_buffer(mp_obj_t obj) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(obj, &info, MP_BUFFER_READ);
    return (keys_bytes_t) {info.buf, info.len};
}

// check_key(cert[, key]) -> int. 0: `key` is that of the certificate; without `key`: `cert` is one.
// 1: `cert` is no certificate; 2: `key` is no private key; 3: it is that of another certificate.
static mp_obj_t connectwith_check_key(size_t n_args, const mp_obj_t *args) {
    const keys_bytes_t cert = keys_buffer(args[0]);
    const keys_bytes_t key = n_args > 1 ? keys_buffer(args[1]) : (keys_bytes_t) {NULL, 0};
    const keys_fault_t fault = keys_check(cert, key);
    if (fault == KEYS_NO_MEMORY) {
        connectwith_raise(STATUS_NO_MEMORY);
    }
    return MP_OBJ_NEW_SMALL_INT(fault);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_check_key_obj, 1, 2, connectwith_check_key);

// make_request(subject, context) -> (request, key): a new key pair's request for a certificate
// (DER), and the private key (DER) sealed for the context. RuntimeError, MemoryError.
static mp_obj_t connectwith_make_request(mp_obj_t subject_in, mp_obj_t context_in) {
    const char *subject = mp_obj_str_get_str(subject_in);
    mp_buffer_info_t context;
    mp_get_buffer_raise(context_in, &context, MP_BUFFER_READ);
    // Nothing may raise while the key is on the stack.
    vstr_t request, sealed;
    vstr_init_len(&request, KEYS_REQUEST_MAX_BYTES);
    vstr_init_len(&sealed, KEYS_DER_MAX_BYTES + SEAL_OVERHEAD_BYTES);
    uint8_t key[KEYS_DER_MAX_BYTES];
    size_t key_len = 0;
    status_t status = keys_make_request(subject, key, &key_len, (uint8_t *)request.buf,
        &request.len);
    if (status == STATUS_OK) {
        status = connectwith_with_secret(false, (seal_bytes_t) {key, key_len},
            (seal_bytes_t) {context.buf, context.len}, (uint8_t *)sealed.buf);
    }
    wipe(key, sizeof(key));
    connectwith_check(status);
    sealed.len = key_len + SEAL_OVERHEAD_BYTES;
    mp_obj_t both[] = {
        mp_obj_new_bytes_from_vstr(&request),
        mp_obj_new_bytes_from_vstr(&sealed),
    };
    return mp_obj_new_tuple(2, both);
}
MP_DEFINE_CONST_FUN_OBJ_2(connectwith_make_request_obj, connectwith_make_request);
