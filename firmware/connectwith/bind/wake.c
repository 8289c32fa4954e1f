// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// How an Attempt runs: core/attempt on MicroPython's scheduler.
//
// All work is done in wake(), which the scheduler runs between two bytecodes of the user's code,
// or while that code sleeps. One wake runs at most one step and makes at most one report. Later
// work is started by the platform's one-shot timer, and never scheduled directly: MicroPython 1.25
// runs a node again that was scheduled while nodes were running, so a step that always wants the
// next one at once would starve the user's code.
//
// Other threads only set a flag and schedule the node. They may do so at any moment of a soft
// reset: the node and the flags are static, and wake() checks first whether an object exists.

#include <stdatomic.h>

#include "py/mphal.h"
#include "py/runtime.h"

#include "connectwith/bind/attempt.h"
#include "connectwith/bind/bind.h"
#include "connectwith/port/platform.h"

// How often on_end() is called at most, when exceptions for the user's code (Ctrl-C) interrupt it.
// The callback must come even if the key stays pressed.
#define ON_END_TRIES (3)

// When a step that such an exception has interrupted is run again. The user's code must see the
// exception first.
#define RETRY_MS (1)

MP_REGISTER_ROOT_POINTER(struct _connectwith_attempt_obj_t *connectwith_attempt);

static mp_sched_node_t node;
static atomic_uint step_asked; // by connectwith_wake()
static atomic_uint timer_fired;

static void wake(mp_sched_node_t *unused);

uint32_t connectwith_now_ms(void) {
    return (uint32_t)mp_hal_ticks_ms();
}

void connectwith_wake(void) {
    atomic_store(&step_asked, 1);
    mp_sched_schedule_node(&node, wake);
    platform_notify();
}

static void on_timer(void) {
    atomic_store(&timer_fired, 1);
    mp_sched_schedule_node(&node, wake);
    platform_notify();
}

// Whether on_end() is due: an attempt has ended, or a session's step has raised.
static bool has_report(const connectwith_attempt_obj_t *self) {
    return self->core.state == ATTEMPT_STATE_ENDED || self->raised != mp_const_none;
}

// Sets the timer to what the core waits for.
void connectwith_arm(connectwith_attempt_obj_t *self) {
    if (self->in_wake) {
        return; // wake() does it once, at its end
    }
    uint32_t delay_ms;
    if (has_report(self)) {
        delay_ms = 0;
    } else if (!attempt_next(&self->core, connectwith_now_ms(), &delay_ms)) {
        self->is_yielding = false;
        platform_wake_cancel();
        return;
    }
    if (delay_ms != 0) {
        self->is_yielding = false;
        platform_wake_in(delay_ms);
    } else if (!self->is_yielding) {
        self->is_yielding = true;
        platform_wake_in(0);
    }
}

// Whether this wake comes too soon after the last one. Other threads may ask for steps faster than
// steps run (a flood of packets). Then the timer limits the rate.
static bool is_too_soon(connectwith_attempt_obj_t *self, uint32_t now) {
    if (atomic_exchange(&timer_fired, 0)) {
        self->is_yielding = false;
        return false;
    }
    if (self->is_yielding) {
        return true;
    }
    return self->last_wake_ms == now;
}

// Whether an exception is for the user's code, which this code interrupts, and not about the
// attempt: Ctrl-C, or the SystemExit of a soft reset.
static bool is_for_user(mp_obj_t exception) {
    mp_const_obj_t type = MP_OBJ_FROM_PTR(mp_obj_get_type(exception));
    return mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_KeyboardInterrupt))
           || mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_SystemExit));
}

// Raises it in the user's code when the scheduler returns there.
static void hand_to_user(mp_obj_t exception) {
    #if MICROPY_KBD_EXCEPTION
    if (mp_obj_get_type(exception) == &mp_type_KeyboardInterrupt) {
        mp_sched_keyboard_interrupt();
        return;
    }
    #endif
    mp_sched_exception(exception);
}

// The __str__ of an exception's argument may raise while the exception is printed.
static void print_exception(mp_obj_t exception) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_print_exception(&mp_plat_print, exception);
        nlr_pop();
    } else if (is_for_user(MP_OBJ_FROM_PTR(nlr.ret_val))) {
        hand_to_user(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
}

// False: an exception for the user's code has interrupted the step.
static bool run_step(connectwith_attempt_obj_t *self) {
    uint32_t serial = self->core.serial;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_int_t delay_ms = mp_obj_get_int(mp_call_function_0(self->step));
        nlr_pop();
        delay_ms = MAX(-1, MIN(delay_ms, ATTEMPT_LONGEST_MS));
        attempt_stepped(&self->core, (int32_t)delay_ms, connectwith_now_ms());
        return true;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (is_for_user(exception)) {
        self->asked = true; // what the step has not looked at
        attempt_stepped(&self->core, RETRY_MS, connectwith_now_ms());
        hand_to_user(exception);
        return false;
    }
    if (self->core.serial != serial) {
        // The step has started a new attempt, which the exception does not concern.
        print_exception(exception);
        return true;
    }
    self->raised = exception;
    // Refused in a session, or if the step had ended the attempt before. Then its result is kept.
    attempt_fail(&self->core, ATTEMPT_RESULT_NOT_CONNECTED, connectwith_now_ms());
    return true;
}

// False: an exception for the user's code has interrupted on_end(), which is to be called again.
static bool run_on_end(connectwith_attempt_obj_t *self, mp_obj_t result) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_2(self->on_end, result, self->raised);
        nlr_pop();
        return true;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (!is_for_user(exception)) {
        print_exception(exception);
        return true;
    }
    hand_to_user(exception);
    return ++self->on_end_tries >= ON_END_TRIES;
}

// Runs it as the scheduler runs a callback: its exceptions are printed. Only SystemExit is passed
// on, because a callback may ask for a soft reset.
static void run_callback(mp_obj_t callback, mp_obj_t result, mp_obj_t interface) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_2(callback, result, interface);
        nlr_pop();
        return;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    mp_const_obj_t type = MP_OBJ_FROM_PTR(mp_obj_get_type(exception));
    if (mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
        hand_to_user(exception);
    } else {
        print_exception(exception);
    }
}

void connectwith_forget_report(connectwith_attempt_obj_t *self) {
    self->callback = mp_const_none;
    self->interface = mp_const_none;
    self->raised = mp_const_none;
    self->on_end_tries = 0;
}

static void report(connectwith_attempt_obj_t *self) {
    uint32_t serial = self->core.serial;
    bool ended = self->core.state == ATTEMPT_STATE_ENDED;
    mp_obj_t result = MP_OBJ_NEW_SMALL_INT(
        ended ? self->core.result : ATTEMPT_RESULT_NOT_CONNECTED);
    if (!run_on_end(self, result) || self->core.serial != serial) {
        return; // on_end() is to be called again, or has started a new attempt
    }
    mp_obj_t callback = self->callback;
    mp_obj_t interface = self->interface;
    // The attempt is closed before the callback runs, so that the callback can start another one.
    attempt_reported(&self->core, serial);
    connectwith_forget_report(self);
    if (callback != mp_const_none) {
        run_callback(callback, result, interface);
    }
}

// Does the step or the report that is due. May be called from within either.
static void work(connectwith_attempt_obj_t *self, uint32_t now) {
    if (atomic_exchange(&step_asked, 0)) {
        self->asked = true;
        attempt_wake(&self->core, 0, now);
    }
    bool inside = self->in_wake;
    self->in_wake = true;
    bool whole = true;
    if (!has_report(self) && attempt_tick(&self->core, now) == ATTEMPT_ACTION_STEP) {
        whole = run_step(self);
    }
    if (whole && has_report(self)) {
        report(self);
    }
    self->in_wake = inside;
    self->last_wake_ms = connectwith_now_ms();
    if (MP_STATE_VM(connectwith_attempt) == self) {
        connectwith_arm(self);
    }
}

static void wake(mp_sched_node_t *unused) {
    (void)unused;
    connectwith_attempt_obj_t *self = MP_STATE_VM(connectwith_attempt);
    if (self == NULL) {
        return; // there has been no Attempt since the soft reset
    }
    uint32_t now = connectwith_now_ms();
    if (is_too_soon(self, now)) {
        if (!self->is_yielding) {
            self->is_yielding = true;
            platform_wake_in(0);
        }
        return;
    }
    work(self, now);
}

void connectwith_run_due(connectwith_attempt_obj_t *self) {
    // As in a callback, no other scheduled function runs meanwhile. Nothing in here raises.
    mp_sched_lock();
    work(self, connectwith_now_ms());
    mp_sched_unlock();
}

void connectwith_repair_node(mp_sched_node_t *own) {
    mp_uint_t atomic_state = MICROPY_BEGIN_ATOMIC_SECTION();
    mp_sched_node_t *queued = MP_STATE_VM(sched_head);
    while (queued != NULL && queued != own) {
        queued = queued->next;
    }
    if (queued == NULL) {
        own->callback = NULL;
    }
    MICROPY_END_ATOMIC_SECTION(atomic_state);
}

bool connectwith_serve(connectwith_attempt_obj_t *self) {
    connectwith_repair_node(&node);
    if (!platform_wake_init(on_timer)) {
        return false;
    }
    self->last_wake_ms = connectwith_now_ms();
    MP_STATE_VM(connectwith_attempt) = self;
    return true;
}

void connectwith_stop_serving(connectwith_attempt_obj_t *self) {
    if (MP_STATE_VM(connectwith_attempt) == self) {
        platform_wake_cancel();
        MP_STATE_VM(connectwith_attempt) = NULL;
    }
}
