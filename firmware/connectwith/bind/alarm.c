// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Alarm: a one-shot timer that calls a Python function from the scheduler. Token: an object whose
// garbage collection is reported. Both serve the user's timers and the local interfaces.

#include <stdatomic.h>

#include "py/mphal.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/port/platform.h"

#define DELAY_MAX_MS (86400000)
#define TOKENS (8)
// When the function is called again after an exception for the user's code has interrupted it. The
// user's code must see the exception first.
#define RETRY_MS (1)

typedef struct _connectwith_alarm_obj_t {
    mp_obj_base_t base;
    mp_obj_t function;
} connectwith_alarm_obj_t;

typedef struct {
    mp_obj_base_t base;
    uint8_t number;
} connectwith_token_obj_t;

MP_REGISTER_ROOT_POINTER(struct _connectwith_alarm_obj_t *connectwith_alarm);

static mp_sched_node_t node;
static atomic_uint dropped; // one bit for each token that was collected

static void call_function(mp_sched_node_t *unused) {
    (void)unused;
    connectwith_alarm_obj_t *self = MP_STATE_VM(connectwith_alarm);
    if (self == NULL) {
        return; // there has been no Alarm since the soft reset
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_0(self->function);
        nlr_pop();
        return;
    }
    // The function handles its own exceptions. This one is Ctrl-C or a soft reset, which the
    // user's code must get. It may have come before the function had set the alarm again.
    platform_alarm_in(RETRY_MS);
    mp_sched_exception(MP_OBJ_FROM_PTR(nlr.ret_val));
}

static void on_alarm(void) {
    mp_sched_schedule_node(&node, call_function);
    platform_notify();
}

static mp_obj_t alarm_deinit(mp_obj_t self_in) {
    if (MP_STATE_VM(connectwith_alarm) == MP_OBJ_TO_PTR(self_in)) {
        platform_alarm_cancel();
        MP_STATE_VM(connectwith_alarm) = NULL;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(alarm_deinit_obj, alarm_deinit);

// Alarm(function): one at a time.
static mp_obj_t alarm_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    if (!mp_obj_is_callable(args[0])) {
        mp_raise_TypeError(MP_ERROR_TEXT("not callable"));
    }
    if (MP_STATE_VM(connectwith_alarm) != NULL) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("there is an Alarm already"));
    }
    connectwith_alarm_obj_t *self = mp_obj_malloc_with_finaliser(connectwith_alarm_obj_t, type);
    self->function = args[0];
    atomic_store(&dropped, 0);
    connectwith_repair_node(&node);
    if (!platform_alarm_init(on_alarm)) {
        connectwith_raise(STATUS_NO_MEMORY);
    }
    MP_STATE_VM(connectwith_alarm) = self;
    return MP_OBJ_FROM_PTR(self);
}

// set(ms): calls the function in that time; 0: as soon as other code has run. Replaces the earlier
// setting. ms < 0: cancels it.
static mp_obj_t alarm_set(mp_obj_t self_in, mp_obj_t delay_in) {
    if (MP_STATE_VM(connectwith_alarm) != MP_OBJ_TO_PTR(self_in)) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("Alarm is closed"));
    }
    mp_int_t delay_ms = mp_obj_get_int(delay_in);
    if (delay_ms > DELAY_MAX_MS) {
        connectwith_raise(STATUS_BAD_DELAY);
    }
    if (delay_ms < 0) {
        platform_alarm_cancel();
    } else {
        platform_alarm_in((uint32_t)delay_ms);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(alarm_set_obj, alarm_set);

// dropped() -> int: one bit for each token that was collected since the last call.
static mp_obj_t alarm_dropped(mp_obj_t self_in) {
    (void)self_in;
    return MP_OBJ_NEW_SMALL_INT(atomic_exchange(&dropped, 0));
}
static MP_DEFINE_CONST_FUN_OBJ_1(alarm_dropped_obj, alarm_dropped);

static const mp_rom_map_elem_t alarm_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_set), MP_ROM_PTR(&alarm_set_obj) },
    { MP_ROM_QSTR(MP_QSTR_dropped), MP_ROM_PTR(&alarm_dropped_obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&alarm_deinit_obj) },
};
static MP_DEFINE_CONST_DICT(alarm_locals, alarm_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_alarm_type,
    MP_QSTR_Alarm,
    MP_TYPE_FLAG_NONE,
    make_new, alarm_make_new,
    locals_dict, &alarm_locals
    );

// Token(number), 0 to 7.
static mp_obj_t token_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_int_t number = mp_obj_get_int(args[0]);
    if (number < 0 || number >= TOKENS) {
        mp_raise_ValueError(NULL);
    }
    connectwith_token_obj_t *self = mp_obj_malloc_with_finaliser(connectwith_token_obj_t, type);
    self->number = (uint8_t)number;
    return MP_OBJ_FROM_PTR(self);
}

// Runs in the garbage collector, so it only sets a bit. The alarm's function reads the bits, and
// must be called regularly while tokens exist.
static mp_obj_t token_del(mp_obj_t self_in) {
    connectwith_token_obj_t *self = MP_OBJ_TO_PTR(self_in);
    atomic_fetch_or(&dropped, 1u << self->number);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(token_del_obj, token_del);

static const mp_rom_map_elem_t token_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&token_del_obj) },
};
static MP_DEFINE_CONST_DICT(token_locals, token_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_token_type,
    MP_QSTR_Token,
    MP_TYPE_FLAG_NONE,
    make_new, token_make_new,
    locals_dict, &token_locals
    );
