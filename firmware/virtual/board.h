// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What the parts of the virtual board know of each other. Python-facing files and the ESP-IDF
// stand-in include this; nothing outside firmware/virtual may.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define BOARD_UARTS (3) // UART 0 is the console, as on most ESP32 boards

// The command line, read once before any thread exists and constant from then on.
typedef struct {
    const char *dir;               // holds flash.bin, pid and the links to the ptys
    const char *net;               // path of the simulated world's socket, NULL: no network
    const char *uart[BOARD_UARTS]; // path of an existing tty to use, NULL: make a pty
    size_t heap_bytes;             // size of the MicroPython heap
    unsigned int eager;            // 1 to so many points from one early timer to the next, 0: none
    bool one_core;                 // as an ESP32-C3, C6 or S2 has it
    bool erase;                    // start from an erased flash
    bool have_mac;
    uint8_t mac[6];                // base MAC, when have_mac
} board_options_t;

extern board_options_t board_options;

// Parses argv into board_options. Prints to stderr and exits with 2 on a bad argument.
void board_options_parse(int argc, char **argv);

// One serial line: a pty whose slave end stays open here too, so that a program which opens and
// closes it causes no hang-up, or an existing tty (slave is then -1).
typedef struct {
    int fd;
    int slave;
} board_line_t;

// What outlives a hard reset. It stands in shared memory that is handed from one image of the
// process to the next, as the RTC domain of the chip keeps its power.
typedef struct {
    uint32_t magic;
    int32_t reset_reason;     // an esp_reset_reason_t
    int32_t wakeup_cause;     // an esp_sleep_source_t
    int64_t wake_at_us;       // CLOCK_MONOTONIC time that ends a deep sleep, 0: not asleep
    int64_t clock_offset_us;  // board's wall clock minus CLOCK_MONOTONIC
    board_line_t line[BOARD_UARTS];
    size_t rtc_bytes;         // size of the image in rtc, to notice a changed program
    uint8_t rtc[4096];        // variables with RTC_NOINIT_ATTR and RTC_DATA_ATTR
} board_retained_t;

extern board_retained_t *board_retained;

// Attaches to the retained state or, at power-on, makes it. The clock is the caller's to set then.
// Returns true at power-on, false after a reset.
bool board_retained_open(void);

// Copies the variables of the RTC domain into the retained state.
void board_retained_save_rtc(void);

// EN takes the power from the RTC domain, too: noise is left, and no time. The chip calls it a
// power-on.
void board_retained_lose_rtc(void);

// The command line that board_reset() starts the program with.
void board_reset_by(char **argv);

// Starts the program anew with everything lost but board_retained. May be called by any thread,
// never by a signal handler. Does not return.
_Noreturn void board_reset(int reason);

// Serial lines: makes the pty (or opens the tty) of one UART and its link in the directory.
// Prints to stderr and exits with 1 when that fails.
void board_line_open(int uart);
void board_lines_unlink(void);

// Tells the tty at the other end which rate a UART runs at, so that a simulated device there can
// tell whether both agree, and a real serial port follows. A tty that cannot is left as it is.
void board_line_set_speed(int uart, uint32_t baudrate);

// The I/O thread stands for the chip's interrupts: it waits for file descriptors and calls.
typedef struct board_source {
    int fd;
    void (*ready)(struct board_source *s); // there is something to read; runs in the I/O thread
    struct board_source *next;
} board_source_t;

void board_io_start(void);
void board_io_add(board_source_t *s);
// When this returns, s->ready is not running and will not run again. Must not be called from
// ready itself, nor inside an atomic section.
void board_io_remove(board_source_t *s);

// Stops all UARTs but the console, at a soft reset.
void board_uarts_deinit(void);

// Lets the armed one-shot timers of this name fire now. Main task only.
void board_timer_fire_early(const char *name);

// --- machine_timer.c ---

// Stops every timer, for a soft reset.
void board_timers_deinit(void);
// How many of them will call a function of the user's.
int board_timers_running(void);

// Console
void board_console_start(void);

// Clocks. The wall clock counts from 2000-01-01, as ESP32's does under MicroPython.
int64_t board_monotonic_us(void);
struct timespec board_timespec(int64_t us);
void board_sleep_us(int64_t us);
int64_t board_wall_us(void);
void board_lose_clock(void); // it stands at its begin again, as at power-on

// Waits until another thread wakes the main task, or until timeout_us have passed; negative:
// for ever. Returns at once when the VM has something pending. Main task only.
void board_wait_us(int64_t timeout_us);

// Nested lock that stands for "interrupts off" on both cores.
void board_irq_lock(void);
void board_irq_unlock(void);

// --- counts.c ---

// What a chip counts. Any thread.
typedef enum {
    BOARD_COUNT_NVS_HANDLES,
    BOARD_COUNT_TASKS,
    BOARD_COUNT_TIMERS,
    BOARD_COUNT_HANDLERS,
    BOARD_COUNTS,
} board_count_t;

// One more (1) or one fewer (-1) is there.
void board_count(board_count_t what, int change);
int board_counted(board_count_t what);

// --- idf/esp_wifi_air.c ---

// How long the radio keeps a frame before it sends it. Any thread.
void board_radio_set_ms(uint32_t ms);

// --- idf/one_core.c: all of it does nothing without the option --one-core. ---

// The calling thread stands for Python's task. Before it, no thread may join.
void board_core_start(void);

// The calling thread stands for a task of Python's priority, until it leaves. Returns when the
// core is its own.
void board_core_join(void);
void board_core_leave(void);

// A task of higher priority has run and waits again, so the next one of Python's priority is on.
// By any thread that has not joined.
void board_core_turn(void);

// Around interrupts off, where no turn ends.
void board_core_hold(void);
void board_core_release(void);

// No turn ends any more.
void board_core_stop(void);

// Told by a build with a sanitizer that sees them (sanitize/sanitize.c); absent in others.
void board_check_leaks(void) __attribute__((weak));

// Ends the process after removing what only a running board owns. `status` is the exit code.
_Noreturn void board_power_off(int status);
