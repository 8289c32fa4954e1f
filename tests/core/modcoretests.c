// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The core tests inside MicroPython, and the controls of the bare platform that tests in Python
// need: its clock and its timer are moved by hand.

#include "py/mphal.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/port/platform_bare.h"
#include "harness.h"

static void print(const char *text) {
    mp_print_str(&mp_plat_print, text);
}

// run(): the number of failed tests.
static mp_obj_t mod_run(void) {
    return mp_obj_new_int(harness_run(print));
}
static MP_DEFINE_CONST_FUN_OBJ_0(mod_run_obj, mod_run);

// poll(): what the timer's interrupt would do, if it is due.
static mp_obj_t mod_poll(void) {
    return mp_obj_new_bool(platform_bare_poll());
}
static MP_DEFINE_CONST_FUN_OBJ_0(mod_poll_obj, mod_poll);

static mp_obj_t mod_set_clock(mp_obj_t ms_in) {
    platform_bare_set_clock((uint32_t)mp_obj_get_int_truncated(ms_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(mod_set_clock_obj, mod_set_clock);

static mp_obj_t mod_ticks_ms(void) {
    return mp_obj_new_int_from_uint(mp_hal_ticks_ms());
}
static MP_DEFINE_CONST_FUN_OBJ_0(mod_ticks_ms_obj, mod_ticks_ms);

// wake(): what a thread of the resolver or of the handshake does.
static mp_obj_t mod_wake(void) {
    connectwith_wake();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(mod_wake_obj, mod_wake);

static const mp_rom_map_elem_t mod_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__coretests) },
    { MP_ROM_QSTR(MP_QSTR_run), MP_ROM_PTR(&mod_run_obj) },
    { MP_ROM_QSTR(MP_QSTR_poll), MP_ROM_PTR(&mod_poll_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_clock), MP_ROM_PTR(&mod_set_clock_obj) },
    { MP_ROM_QSTR(MP_QSTR_ticks_ms), MP_ROM_PTR(&mod_ticks_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&mod_wake_obj) },
};
static MP_DEFINE_CONST_DICT(mod_globals, mod_globals_table);

const mp_obj_module_t coretests_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&mod_globals,
};

MP_REGISTER_MODULE(MP_QSTR__coretests, coretests_module);
