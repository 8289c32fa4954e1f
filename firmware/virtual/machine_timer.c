// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// machine.Timer over esp_timer, with the interface and the error messages of ports/esp32.
// Upstream's file is not used: up to 1.26 it writes registers of the timer groups, later ones use
// the driver gptimer.

#include "py/mphal.h"
#include "py/runtime.h"
#include "ports/esp32/modmachine.h"

#include "board.h"
#include "esp_timer.h"

#define TIMERS (4) // of an ESP32: two groups of two

typedef struct _machine_timer_obj_t {
    mp_obj_base_t base;
    uint8_t id;
    bool repeat;
    uint64_t period_us;
    int64_t started_us;
    mp_obj_t callback;
    esp_timer_handle_t handle; // NULL: not running and never was since the last deinit
    struct _machine_timer_obj_t *next;
} machine_timer_obj_t;

static void timer_expired(void *arg) {
    machine_timer_obj_t *self = arg;
    // If the queue is full, the callback is lost, as on a chip.
    mp_sched_schedule(self->callback, MP_OBJ_FROM_PTR(self));
}

static void timer_stop(machine_timer_obj_t *self) {
    if (self->handle != NULL) {
        esp_timer_stop(self->handle); // fails for a one-shot timer that has expired
        esp_timer_delete(self->handle);
        self->handle = NULL;
    }
}

void board_timers_deinit(void) {
    for (machine_timer_obj_t *t = MP_STATE_PORT(machine_timer_head); t != NULL; t = t->next) {
        timer_stop(t);
    }
    MP_STATE_PORT(machine_timer_head) = NULL;
}

int board_timers_running(void) {
    int n = 0;
    for (machine_timer_obj_t *t = MP_STATE_PORT(machine_timer_head); t != NULL; t = t->next) {
        n += t->handle != NULL && t->callback != mp_const_none && esp_timer_is_active(t->handle);
    }
    return n;
}

static machine_timer_obj_t *timer_get(const mp_obj_type_t *type, mp_int_t id) {
    for (machine_timer_obj_t *t = MP_STATE_PORT(machine_timer_head); t != NULL; t = t->next) {
        if (t->id == id) {
            return t;
        }
    }
    machine_timer_obj_t *self = mp_obj_malloc(machine_timer_obj_t, type);
    self->id = (uint8_t)id;
    self->repeat = true;
    self->period_us = 0;
    self->started_us = 0;
    self->callback = mp_const_none;
    self->handle = NULL;
    self->next = MP_STATE_PORT(machine_timer_head);
    MP_STATE_PORT(machine_timer_head) = self;
    return self;
}

static void machine_timer_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    machine_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    qstr mode = self->repeat ? MP_QSTR_PERIODIC : MP_QSTR_ONE_SHOT;
    mp_printf(print, "Timer(%u, mode=%q, period=%lu)", self->id, mode,
        (unsigned long)(self->period_us / 1000));
}

static void timer_start(machine_timer_obj_t *self) {
    const esp_timer_create_args_t args = {
        .callback = timer_expired, .arg = self, .name = "machine.Timer",
    };
    check_esp_err(esp_timer_create(&args, &self->handle));
    self->started_us = esp_timer_get_time();
    check_esp_err(self->repeat ? esp_timer_start_periodic(self->handle, self->period_us)
        : esp_timer_start_once(self->handle, self->period_us));
}

static uint64_t period_from(mp_obj_t freq, mp_int_t period, mp_int_t tick_hz) {
    if (freq != mp_const_none) {
        mp_float_t hz = mp_obj_get_float(freq);
        if (!(hz > 0)) {
            mp_raise_ValueError(MP_ERROR_TEXT("freq must be positive"));
        }
        return (uint64_t)((mp_float_t)1000000 / hz);
    }
    if (period < 0 || tick_hz <= 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("period and tick_hz must be positive"));
    }
    return (uint64_t)period * 1000000 / (uint64_t)tick_hz;
}

static mp_obj_t timer_init_helper(machine_timer_obj_t *self, size_t n_args,
    const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_mode, ARG_callback, ARG_period, ARG_tick_hz, ARG_freq };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_mode, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 1} },
        { MP_QSTR_callback, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_period, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0xffffffff} },
        { MP_QSTR_tick_hz, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 1000} },
        { MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    uint64_t period_us = period_from(args[ARG_freq].u_obj, args[ARG_period].u_int,
        args[ARG_tick_hz].u_int);

    timer_stop(self);
    self->period_us = period_us;
    self->repeat = args[ARG_mode].u_int != 0;
    self->callback = args[ARG_callback].u_obj;
    timer_start(self);
    return mp_const_none;
}

static mp_obj_t machine_timer_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    mp_int_t id = mp_obj_get_int(args[0]);
    if (id < 0 || id >= TIMERS) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid Timer number"));
    }
    machine_timer_obj_t *self = timer_get(type, id);
    if (n_args > 1 || n_kw > 0) {
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        timer_init_helper(self, n_args - 1, args + 1, &kw_args);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t machine_timer_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    return timer_init_helper(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, kw_args);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(machine_timer_init_obj, 1, machine_timer_init);

static mp_obj_t machine_timer_deinit(mp_obj_t self_in) {
    timer_stop(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_timer_deinit_obj, machine_timer_deinit);

// Milliseconds since the start or the last expiry.
static mp_obj_t machine_timer_value(mp_obj_t self_in) {
    machine_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint64_t us = self->handle == NULL ? 0 : (uint64_t)(esp_timer_get_time() - self->started_us);
    if (self->repeat && self->period_us > 0) {
        us %= self->period_us;
    }
    return mp_obj_new_int_from_uint((mp_uint_t)(us / 1000));
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_timer_value_obj, machine_timer_value);

static const mp_rom_map_elem_t machine_timer_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&machine_timer_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&machine_timer_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&machine_timer_value_obj) },
    { MP_ROM_QSTR(MP_QSTR_ONE_SHOT), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_PERIODIC), MP_ROM_INT(1) },
};
static MP_DEFINE_CONST_DICT(machine_timer_locals_dict, machine_timer_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_timer_type,
    MP_QSTR_Timer,
    MP_TYPE_FLAG_NONE,
    make_new, machine_timer_make_new,
    print, machine_timer_print,
    locals_dict, &machine_timer_locals_dict
    );

MP_REGISTER_ROOT_POINTER(struct _machine_timer_obj_t *machine_timer_head);
