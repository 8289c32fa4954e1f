// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The one place where a status becomes an exception.

#include "py/mperrno.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"

#define RAISE_NONE(text)
#define RAISE_VALUE(text) mp_raise_ValueError(MP_ERROR_TEXT(text));
#define RAISE_RUNTIME(text) mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT(text));
#define RAISE_MEMORY(text) mp_raise_type(&mp_type_MemoryError);
#define RAISE_DEVICE(text) mp_raise_OSError(MP_ENODEV);

void connectwith_raise(status_t status) {
    switch (status) {
        #define RAISE(name, kind, text) case STATUS_##name: RAISE_##kind(text) break;
        STATUS_TABLE(RAISE)
        #undef RAISE
        default:
            break;
    }
    // STATUS_OK, or not a status: a bug of this module.
    mp_raise_type(&mp_type_AssertionError);
}

void connectwith_check(status_t status) {
    if (status != STATUS_OK) {
        connectwith_raise(status);
    }
}
