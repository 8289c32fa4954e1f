// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The Attempt object, shared by two files: attempt.c has its methods, wake.c runs it.

#ifndef CONNECTWITH_BIND_ATTEMPT_H
#define CONNECTWITH_BIND_ATTEMPT_H

#include "py/runtime.h"

#include "connectwith/core/attempt.h"

typedef struct _connectwith_attempt_obj_t {
    mp_obj_base_t base;
    attempt_t core;
    mp_obj_t step;
    mp_obj_t on_end;
    mp_obj_t callback; // None: no callback
    mp_obj_t interface;
    mp_obj_t raised; // the exception of a step, for on_end(); None: there is none
    uint32_t last_wake_ms;
    uint8_t on_end_tries;
    bool in_wake;
    bool asked; // an event or wake() has asked for a step since asked() was called
    bool is_yielding; // the timer is set to "as soon as other code has run"
} connectwith_attempt_obj_t;

// The only clock in use. It wraps at 2^32; time.ticks_ms() wraps at 2^30.
uint32_t connectwith_now_ms(void);

// Makes the scheduler serve the object. No other may be served. False: no memory for the timer.
bool connectwith_serve(connectwith_attempt_obj_t *self);

// Ends that, if this object is served.
void connectwith_stop_serving(connectwith_attempt_obj_t *self);

// Sets the timer to the next thing that is due. MUST be called after every event.
void connectwith_arm(connectwith_attempt_obj_t *self);

// Does what is due, one step or one report, without the scheduler.
void connectwith_run_due(connectwith_attempt_obj_t *self);

// Clears the arguments of on_end() and of the callback.
void connectwith_forget_report(connectwith_attempt_obj_t *self);

#endif
