// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The interface to the platform below MicroPython. platform_idf.c implements it for every ESP32
// and the virtual board, platform_bare.c for a machine without network and timer interrupt.

#ifndef CONNECTWITH_PORT_PLATFORM_H
#define CONNECTWITH_PORT_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connectwith/core/clockrecord.h"

// --- Wake timer: one, one-shot. Only the thread that runs Python calls these. ---

// Called when the timer expires, from a thread of the platform. It must not block. One more call
// may come after platform_wake_cancel() has returned.
typedef void (*platform_wake_fn_t)(void);

// Creates the timer. May be called again with the same function (after a soft reset). False: no
// memory for a timer.
bool platform_wake_init(platform_wake_fn_t wake);

// Starts the timer, in place of an earlier setting. 0: as soon as other code has run, never from
// inside this call.
void platform_wake_in(uint32_t delay_ms);

void platform_wake_cancel(void);

// The same for a second timer, which the user's own timers share.
bool platform_alarm_init(platform_wake_fn_t alarm);
void platform_alarm_in(uint32_t delay_ms);
void platform_alarm_cancel(void);

// Ends a sleep of the thread that runs Python, so that it runs what was scheduled. Any thread.
void platform_notify(void);

// --- Random numbers, fit for keys once the platform has started. Any thread. ---

void platform_random_bytes(void *buf, size_t len);

// --- lwIP's thread. ---

typedef void (*platform_tcpip_fn_t)(void *arg);

// Starts it, if it does not run yet: the first "import network" or "import socket" starts it, too.
// False: no memory, or no network. Before that, nothing of lwIP but its types may be used.
bool platform_start_tcpip(void);

// Queues fn(arg) for the thread that owns lwIP and returns at once, without waiting for it. Starts
// the thread if it does not run yet.
// False: the queue is full or there is no network; fn is not called.
bool platform_run_in_tcpip(platform_tcpip_fn_t fn, void *arg);

// --- The source of the clock's time ---

// The record of core/clockrecord.h. It is kept as long as the clock is: over software resets and
// deep sleep, not over power-on and EN. Only the thread that runs Python.
clock_record_t *platform_clock_record(void);

// --- What deep sleep keeps of a TLS session, sealed ---

// In RTC memory, which has 8 KB in all; MicroPython's RTC.memory() takes 2 KB of them. It holds a
// ticket of 1 KB: OpenSSL's ticket is 176 bytes without a certificate of the client, and has that
// certificate in it with one.
#define PLATFORM_KEPT_BYTES (1280)

typedef struct {
    uint32_t len;  // anything, after a power-on
    uint8_t data[PLATFORM_KEPT_BYTES];
} platform_kept_t;

// It is kept as the clock's record is. Only the thread that runs Python.
platform_kept_t *platform_kept(void);

// --- The device secret that sealing keys are derived from. Never handed to Python. ---

#define PLATFORM_SECRET_BYTES (32)

typedef enum {
    PLATFORM_SECRET_NONE,
    PLATFORM_SECRET_EFUSE_HMAC,
    PLATFORM_SECRET_NVS_ENCRYPTED,
    PLATFORM_SECRET_NVS_PLAIN,
} platform_secret_source_t;

// Copies the secret, which is generated and stored at the first call on a new device. The caller
// wipes its copy (core/wipe.h). NONE: storage failed. The buffer is zeroed then, and nothing may
// be sealed with it.
platform_secret_source_t platform_secret(uint8_t secret[PLATFORM_SECRET_BYTES]);

#endif
