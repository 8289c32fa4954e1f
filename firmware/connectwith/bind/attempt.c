// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The methods of Attempt. Each checks its arguments, calls core/attempt and sets the timer. No
// code of the user runs in here: wake.c runs it, from the scheduler.

#include "connectwith/bind/attempt.h"
#include "connectwith/bind/bind.h"

// The object, if it is the one that the scheduler serves. RuntimeError: it is not.
static connectwith_attempt_obj_t *get_living(mp_obj_t self_in) {
    connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (MP_STATE_VM(connectwith_attempt) != self) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("Attempt is closed"));
    }
    return self;
}

static uint32_t get_ms(mp_obj_t ms_in, status_t refusal) {
    mp_int_t ms = mp_obj_get_int(ms_in);
    if (ms < 0 || ms > ATTEMPT_LONGEST_MS) {
        connectwith_raise(refusal);
    }
    return (uint32_t)ms;
}

static int get_small(mp_obj_t value_in, status_t refusal) {
    mp_int_t value = mp_obj_get_int(value_in);
    if (value < -1 || value > INT8_MAX) {
        connectwith_raise(refusal);
    }
    return (int)value;
}

static void check_callable(mp_obj_t fun) {
    if (!mp_obj_is_callable(fun)) {
        mp_raise_TypeError(MP_ERROR_TEXT("not callable"));
    }
}

static mp_obj_t attempt_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 2, 2, false);
    check_callable(args[0]);
    check_callable(args[1]);
    if (MP_STATE_VM(connectwith_attempt) != NULL) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("there is an Attempt already"));
    }
    connectwith_attempt_obj_t *self =
        mp_obj_malloc_with_finaliser(connectwith_attempt_obj_t, type);
    attempt_init(&self->core);
    self->step = args[0];
    self->on_end = args[1];
    connectwith_forget_report(self);
    self->in_wake = false;
    self->asked = false;
    self->is_yielding = false;
    if (!connectwith_serve(self)) {
        connectwith_raise(STATUS_NO_MEMORY);
    }
    return MP_OBJ_FROM_PTR(self);
}

// deinit(): ends everything without a report. Another Attempt may be made then. This is also the
// finaliser, which a soft reset runs.
static mp_obj_t attempt_deinit(mp_obj_t self_in) {
    connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    connectwith_stop_serving(self);
    attempt_abandon(&self->core, connectwith_now_ms());
    connectwith_forget_report(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_deinit_obj, attempt_deinit);

// start(link, timeout_ms, callback, interface)
static mp_obj_t attempt_start_(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    connectwith_attempt_obj_t *self = get_living(args[0]);
    int link = get_small(args[1], STATUS_BAD_LINK);
    uint32_t timeout_ms = get_ms(args[2], STATUS_BAD_TIMEOUT);
    if (args[3] != mp_const_none) {
        check_callable(args[3]);
    }
    if (!mp_obj_is_str(args[4])) {
        mp_raise_TypeError(MP_ERROR_TEXT("interface must be a str"));
    }
    connectwith_check(attempt_start(&self->core, link, timeout_ms, connectwith_now_ms()));
    connectwith_forget_report(self);
    self->callback = args[3];
    self->interface = args[4];
    connectwith_arm(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(attempt_start_obj, 5, 5, attempt_start_);

// enter(stage, budget_ms=0, result=-1)
static mp_obj_t attempt_enter_(size_t n_args, const mp_obj_t *args) {
    connectwith_attempt_obj_t *self = get_living(args[0]);
    int stage = get_small(args[1], STATUS_BAD_STAGE);
    uint32_t budget_ms = n_args > 2 ? get_ms(args[2], STATUS_BAD_BUDGET) : 0;
    int result = n_args > 3 ? get_small(args[3], STATUS_BAD_RESULT) : ATTEMPT_RESULT_OF_STAGE;
    connectwith_check(attempt_enter(&self->core, stage, budget_ms, result, connectwith_now_ms()));
    connectwith_arm(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(attempt_enter_obj, 2, 4, attempt_enter_);

// expect(result): the result if this stage times out from now on.
static mp_obj_t attempt_expect_(mp_obj_t self_in, mp_obj_t result_in) {
    connectwith_attempt_obj_t *self = get_living(self_in);
    int result = get_small(result_in, STATUS_BAD_RESULT);
    connectwith_check(attempt_expect(&self->core, result, connectwith_now_ms()));
    connectwith_arm(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(attempt_expect_obj, attempt_expect_);

static mp_obj_t attempt_succeed_(mp_obj_t self_in) {
    connectwith_attempt_obj_t *self = get_living(self_in);
    connectwith_check(attempt_succeed(&self->core, connectwith_now_ms()));
    connectwith_arm(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_succeed_obj, attempt_succeed_);

static mp_obj_t attempt_fail_(mp_obj_t self_in, mp_obj_t result_in) {
    connectwith_attempt_obj_t *self = get_living(self_in);
    int result = get_small(result_in, STATUS_BAD_RESULT);
    connectwith_check(attempt_fail(&self->core, result, connectwith_now_ms()));
    connectwith_arm(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(attempt_fail_obj, attempt_fail_);

static mp_obj_t attempt_abandon_(mp_obj_t self_in) {
    connectwith_attempt_obj_t *self = get_living(self_in);
    attempt_abandon(&self->core, connectwith_now_ms());
    connectwith_forget_report(self);
    connectwith_arm(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_abandon_obj, attempt_abandon_);

// wake(delay_ms): asks for a step, by then at the latest.
static mp_obj_t attempt_wake_(mp_obj_t self_in, mp_obj_t delay_in) {
    connectwith_attempt_obj_t *self = get_living(self_in);
    uint32_t delay_ms = get_ms(delay_in, STATUS_BAD_DELAY);
    connectwith_check(attempt_wake(&self->core, delay_ms, connectwith_now_ms()));
    self->asked = true;
    connectwith_arm(self);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(attempt_wake_obj, attempt_wake_);

// asked() -> bool: whether wake(), data on a watched stream or another event has asked for a step
// since the last call. A step that an earlier step has asked for by its return value does not count.
static mp_obj_t attempt_asked(mp_obj_t self_in) {
    connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const bool asked = self->asked;
    self->asked = false;
    return mp_obj_new_bool(asked);
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_asked_obj, attempt_asked);

// run_due(): does now what the scheduler would do next. For code that waits inside a callback,
// where the scheduler does not run.
static mp_obj_t attempt_run_due(mp_obj_t self_in) {
    connectwith_run_due(get_living(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_run_due_obj, attempt_run_due);

static mp_obj_t attempt_running(mp_obj_t self_in) {
    const connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(self->core.state == ATTEMPT_STATE_RUNNING);
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_running_obj, attempt_running);

static mp_obj_t attempt_stage(mp_obj_t self_in) {
    const connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(self->core.stage);
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_stage_obj, attempt_stage);

static mp_obj_t attempt_overdue_(mp_obj_t self_in) {
    const connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(attempt_overdue(&self->core, connectwith_now_ms()));
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_overdue_obj, attempt_overdue_);

static mp_obj_t attempt_elapsed(mp_obj_t self_in) {
    const connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(attempt_elapsed_ms(&self->core, connectwith_now_ms()));
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_elapsed_obj, attempt_elapsed);

static mp_obj_t attempt_timeout(mp_obj_t self_in) {
    const connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(attempt_timeout_ms(&self->core));
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_timeout_obj, attempt_timeout);

static mp_obj_t attempt_timeline(mp_obj_t self_in) {
    const connectwith_attempt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t entries[ATTEMPT_STAGE_COUNT];
    size_t n = 0;
    uint32_t now = connectwith_now_ms();
    for (attempt_stage_t stage = 0; stage < ATTEMPT_STAGE_COUNT; stage++) {
        uint32_t duration_ms;
        if (attempt_stage_ms(&self->core, stage, now, &duration_ms)) {
            mp_obj_t entry[] = {
                MP_OBJ_NEW_SMALL_INT(stage), mp_obj_new_int_from_uint(duration_ms),
            };
            entries[n++] = mp_obj_new_tuple(MP_ARRAY_SIZE(entry), entry);
        }
    }
    return mp_obj_new_tuple(n, entries);
}
static MP_DEFINE_CONST_FUN_OBJ_1(attempt_timeline_obj, attempt_timeline);

static const mp_rom_map_elem_t attempt_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&attempt_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_enter), MP_ROM_PTR(&attempt_enter_obj) },
    { MP_ROM_QSTR(MP_QSTR_expect), MP_ROM_PTR(&attempt_expect_obj) },
    { MP_ROM_QSTR(MP_QSTR_succeed), MP_ROM_PTR(&attempt_succeed_obj) },
    { MP_ROM_QSTR(MP_QSTR_fail), MP_ROM_PTR(&attempt_fail_obj) },
    { MP_ROM_QSTR(MP_QSTR_abandon), MP_ROM_PTR(&attempt_abandon_obj) },
    { MP_ROM_QSTR(MP_QSTR_wake), MP_ROM_PTR(&attempt_wake_obj) },
    { MP_ROM_QSTR(MP_QSTR_asked), MP_ROM_PTR(&attempt_asked_obj) },
    { MP_ROM_QSTR(MP_QSTR_run_due), MP_ROM_PTR(&attempt_run_due_obj) },
    { MP_ROM_QSTR(MP_QSTR_running), MP_ROM_PTR(&attempt_running_obj) },
    { MP_ROM_QSTR(MP_QSTR_stage), MP_ROM_PTR(&attempt_stage_obj) },
    { MP_ROM_QSTR(MP_QSTR_overdue), MP_ROM_PTR(&attempt_overdue_obj) },
    { MP_ROM_QSTR(MP_QSTR_elapsed_ms), MP_ROM_PTR(&attempt_elapsed_obj) },
    { MP_ROM_QSTR(MP_QSTR_timeout_ms), MP_ROM_PTR(&attempt_timeout_obj) },
    { MP_ROM_QSTR(MP_QSTR_timeline), MP_ROM_PTR(&attempt_timeline_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&attempt_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&attempt_deinit_obj) },
};
static MP_DEFINE_CONST_DICT(attempt_locals_dict, attempt_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_attempt_type,
    MP_QSTR_Attempt,
    MP_TYPE_FLAG_NONE,
    make_new, attempt_make_new,
    locals_dict, &attempt_locals_dict
    );
