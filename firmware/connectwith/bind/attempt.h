// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The Attempt object between its two files: attempt.c has its methods, wake.c runs it.

#ifndef CONNECTWITH_BIND_ATTEMPT_H
#define CONNECTWITH_BIND_ATTEMPT_H

#include "py/runtime.h"

#include "connectwith/core/attempt.h"

typedef struct _connectwith_attempt_obj_t {
    mp_obj_base_t base;
    attempt_t core;
    mp_obj_t step;
    mp_obj_t settle;
    mp_obj_t callback; // None: nobody wants to know
    mp_obj_t interface;
    mp_obj_t raised; // what a step raised, for settle(); None mostly
    uint32_t last_wake_ms;
    uint8_t settle_tries;
    bool in_wake;
    bool turn_given; // the timer is set to "as soon as other code has had a turn"
} connectwith_attempt_obj_t;

// The one clock: it wraps at 2^32, while time.ticks_ms() wraps at 2^30.
uint32_t connectwith_now_ms(void);

// Begins to serve the object. False: no memory for the timer. There must be none before.
bool connectwith_serve(connectwith_attempt_obj_t *self);

// Stops serving it, if it is the one.
void connectwith_stop_serving(connectwith_attempt_obj_t *self);

// Sets the timer to what the attempt waits for. To be called after every event.
void connectwith_arm(connectwith_attempt_obj_t *self);

// Does what is due, one step or one report, without the scheduler.
void connectwith_turn(connectwith_attempt_obj_t *self);

// Drops what was kept for settle() and the callback.
void connectwith_forget_report(connectwith_attempt_obj_t *self);

#endif
