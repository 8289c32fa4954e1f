// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// How an Attempt runs: core/attempt on MicroPython's scheduler.
//
// Everything happens in wake(), which the scheduler runs between two bytecodes of the user's code,
// or while that code sleeps. One wake runs at most one step and makes at most one report. What is
// due later goes through the platform's one-shot timer, never straight back into the scheduler:
// MicroPython 1.25 runs a node again that was scheduled while nodes were running, so a step that
// always wants the next one at once would lock the user's code out.
//
// Other threads only raise a flag and schedule the node. They may do so at any moment of a soft
// reset: the node and the flags are static, and wake() looks for a living object first.

#include <stdatomic.h>

#include "py/mphal.h"
#include "py/runtime.h"

#include "connectwith/bind/attempt.h"
#include "connectwith/bind/bind.h"
#include "connectwith/port/platform.h"

// So often settle() is called when exceptions for the user's code (Ctrl-C) hit it. The callback
// must come in the end, even to somebody who keeps the key pressed.
#define SETTLE_TRIES (3)

// When a step that such an exception hit is run again: late enough for the user's code to see it.
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

// Whether settle() is due: an attempt has ended, or a session's step has raised.
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
        self->turn_given = false;
        platform_wake_cancel();
        return;
    }
    if (delay_ms != 0) {
        self->turn_given = false;
        platform_wake_in(delay_ms);
    } else if (!self->turn_given) {
        self->turn_given = true;
        platform_wake_in(0);
    }
}

// Whether this wake comes too soon after the last one. Foreign threads may ask for steps faster
// than steps run (a flood of packets); then the timer spaces them out.
static bool is_too_soon(connectwith_attempt_obj_t *self, uint32_t now) {
    if (atomic_exchange(&timer_fired, 0)) {
        self->turn_given = false;
        return false;
    }
    if (self->turn_given) {
        return true;
    }
    return self->last_wake_ms == now;
}

// An exception that is not about the attempt but meant for the user's code, which runs below us:
// Ctrl-C, or the SystemExit of a soft reset.
static bool is_for_user(mp_obj_t exception) {
    mp_const_obj_t type = MP_OBJ_FROM_PTR(mp_obj_get_type(exception));
    return mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_KeyboardInterrupt))
           || mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_SystemExit));
}

// Raises it in the user's code, as soon as the scheduler has returned there.
static void hand_to_user(mp_obj_t exception) {
    #if MICROPY_KBD_EXCEPTION
    if (mp_obj_get_type(exception) == &mp_type_KeyboardInterrupt) {
        mp_sched_keyboard_interrupt();
        return;
    }
    #endif
    mp_sched_exception(exception);
}

// An object's own __str__ may raise while its exception is printed.
static void print_exception(mp_obj_t exception) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_print_exception(&mp_plat_print, exception);
        nlr_pop();
    } else if (is_for_user(MP_OBJ_FROM_PTR(nlr.ret_val))) {
        hand_to_user(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
}

// Returns false if the step was cut short by an exception for the user's code.
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
        attempt_stepped(&self->core, RETRY_MS, connectwith_now_ms());
        hand_to_user(exception);
        return false;
    }
    if (self->core.serial != serial) {
        // The step has replaced its own attempt; what it raised is not the new one's fault.
        print_exception(exception);
        return true;
    }
    self->raised = exception;
    // Refused in a session, and where the step had ended the attempt before: that result stands.
    attempt_fail(&self->core, ATTEMPT_RESULT_NOT_CONNECTED, connectwith_now_ms());
    return true;
}

// Returns false if settle() was cut short by an exception for the user's code and is to be tried
// again.
static bool run_settle(connectwith_attempt_obj_t *self, mp_obj_t result) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_call_function_2(self->settle, result, self->raised);
        nlr_pop();
        return true;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (!is_for_user(exception)) {
        print_exception(exception);
        return true;
    }
    hand_to_user(exception);
    return ++self->settle_tries >= SETTLE_TRIES;
}

// As a scheduled callback: what it raises is printed. SystemExit alone goes on, for a callback may
// ask for a soft reset.
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
    self->settle_tries = 0;
}

static void report(connectwith_attempt_obj_t *self) {
    uint32_t serial = self->core.serial;
    bool ended = self->core.state == ATTEMPT_STATE_ENDED;
    mp_obj_t result = MP_OBJ_NEW_SMALL_INT(
        ended ? self->core.result : ATTEMPT_RESULT_NOT_CONNECTED);
    if (!run_settle(self, result) || self->core.serial != serial) {
        return; // to be tried again, or replaced by settle() itself
    }
    mp_obj_t callback = self->callback;
    mp_obj_t interface = self->interface;
    // All is over before the callback runs, so that it may begin anew.
    attempt_reported(&self->core, serial);
    connectwith_forget_report(self);
    if (callback != mp_const_none) {
        run_callback(callback, result, interface);
    }
}

// One step or one report, whatever is due. May be called inside of either.
static void work(connectwith_attempt_obj_t *self, uint32_t now) {
    if (atomic_exchange(&step_asked, 0)) {
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
        return; // none since the soft reset
    }
    uint32_t now = connectwith_now_ms();
    if (is_too_soon(self, now)) {
        if (!self->turn_given) {
            self->turn_given = true;
            platform_wake_in(0);
        }
        return;
    }
    work(self, now);
}

void connectwith_turn(connectwith_attempt_obj_t *self) {
    // As in a callback: no other scheduled function runs in between. Nothing raises in here.
    mp_sched_lock();
    work(self, connectwith_now_ms());
    mp_sched_unlock();
}

// A port whose mp_init() forgets its queue leaves the node marked as scheduled for ever.
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
