// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// setting() and set_setting(): values in non-volatile storage.

#include "py/mphal.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/port/settings_idf.h"

// setting(space, key) -> bytes. None: there is none. OSError: storage fails.
static mp_obj_t connectwith_setting(mp_obj_t space_in, mp_obj_t key_in) {
    const char *space = mp_obj_str_get_str(space_in);
    const char *key = mp_obj_str_get_str(key_in);
    size_t len = 0;
    check_esp_err(settings_read(space, key, NULL, &len));
    if (len == 0) {
        return mp_const_none;
    }
    vstr_t value;
    vstr_init_len(&value, len);
    check_esp_err(settings_read(space, key, value.buf, &len));
    return mp_obj_new_bytes_from_vstr(&value);
}
MP_DEFINE_CONST_FUN_OBJ_2(connectwith_setting_obj, connectwith_setting);

// set_setting(space, key, value): stores bytes; None erases. OSError: the flash is full or broken.
static mp_obj_t connectwith_set_setting(mp_obj_t space_in, mp_obj_t key_in, mp_obj_t value_in) {
    mp_buffer_info_t value = { 0 };
    if (value_in != mp_const_none) {
        mp_get_buffer_raise(value_in, &value, MP_BUFFER_READ);
    }
    check_esp_err(settings_write(mp_obj_str_get_str(space_in), mp_obj_str_get_str(key_in),
        value.buf, value.len));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_3(connectwith_set_setting_obj, connectwith_set_setting);
