// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shared by the files of the virtual board: those with Python classes, and the stand-in for
// ESP-IDF. Nothing outside firmware/virtual may include this.

#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define BOARD_UARTS (3) // UART 0 is the console, as on most ESP32 boards

// The command line, read once before any thread exists and constant from then on.
typedef struct {
    const char *dir;               // holds flash.bin, pid and the links to the ptys
    const char *net;               // path of the simulated world's socket; NULL: no network
    const char *uart[BOARD_UARTS]; // path of an existing tty to use; NULL: makes a pty
    size_t heap_bytes;             // size of the MicroPython heap
    unsigned int eager;            // N of --eager; 0: off
    uint32_t cut_after;            // bytes of --power-cut; 0: off
    bool one_core;                 // as an ESP32-C3, C6 or S2
    bool erase;                    // start from an erased flash
    bool have_mac;
    uint8_t mac[6];                // base MAC, when have_mac
} board_options_t;

extern board_options_t board_options;

// Parses argv into board_options. Prints to stderr and exits with 2 on a bad argument.
void board_options_parse(int argc, char **argv);

// One serial line. It is a pty, whose slave end stays open here, so that a program that opens and
// closes it causes no hang-up; or an existing tty (slave is -1).
typedef struct {
    int fd;
    int slave;
} board_line_t;

// State that survives a hard reset, as the chip's RTC domain does. It is in shared memory that is
// passed from one image of the process to the next.
typedef struct {
    uint32_t magic;
    int32_t reset_reason;     // an esp_reset_reason_t
    int32_t wakeup_cause;     // an esp_sleep_source_t
    int64_t wake_at_us;       // CLOCK_MONOTONIC time that ends a deep sleep, 0: not asleep
    int64_t clock_offset_us;  // board's wall clock minus CLOCK_MONOTONIC
    board_line_t line[BOARD_UARTS];
    size_t rtc_bytes;         // size of the image in rtc; differs if the program has changed
    uint8_t rtc[4096];        // variables with RTC_NOINIT_ATTR and RTC_DATA_ATTR
} board_retained_t;

extern board_retained_t *board_retained;

// Attaches to the retained state or, at power-on, makes it; the caller sets the clock then.
// Returns true at power-on, false after a reset.
bool board_retained_open(void);

// Copies the variables of the RTC domain into the retained state.
void board_retained_save_rtc(void);

// EN also cuts the power of the RTC domain: its memory then holds noise, and the time is lost. The
// chip reports it as a power-on.
void board_retained_lose_rtc(void);

// Sets the command line with which board_reset() starts the program.
void board_reset_by(char **argv);

// Restarts the program. Only board_retained is kept. Any thread may call it, but no signal
// handler. Does not return.
_Noreturn void board_reset(int reason);

// Serial lines. Makes the pty of one UART and its link in the directory, or opens the tty. Prints
// to stderr and exits with 1 on failure.
void board_line_open(int uart);
void board_lines_unlink(void);

// Sets the baud rate of the tty. A simulated device at the other end can compare it with its own
// rate, and a real serial port changes its rate. An error is ignored.
void board_line_set_speed(int uart, uint32_t baudrate);

// The I/O thread stands for the chip's interrupts. It waits for file descriptors and calls their
// handlers.
typedef struct board_source {
    int fd;
    void (*ready)(struct board_source *s); // there is something to read; runs in the I/O thread
    struct board_source *next;
} board_source_t;

void board_io_start(void);
// Has the board's signals wait, until board_io_start() if it has not been called. SIGUSR1 is the
// EN pin; SIGTERM and SIGINT are the power switch.
sigset_t board_io_signals(void);
void board_io_add(board_source_t *s);
// After this call s->ready does not run. Must not be called from ready itself, nor inside an
// atomic section.
void board_io_remove(board_source_t *s);

// Stops all UARTs but the console, at a soft reset.
void board_uarts_deinit(void);

// Fires the first active one-shot timer of this name now. Main task only.
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
void board_reset_clock(void); // to its initial value, as at power-on

// Waits until another thread wakes the main task, or until the timeout (negative: none). Returns
// at once when the VM has scheduled functions or a pending exception. Main task only.
void board_wait_us(int64_t timeout_us);

// Recursive lock that stands for "interrupts off" on both cores.
void board_irq_lock(void);
void board_irq_unlock(void);

// --- counts.c ---

// Counted resources of a chip. Any thread.
typedef enum {
    BOARD_COUNT_NVS_HANDLES,
    BOARD_COUNT_TASKS,
    BOARD_COUNT_TIMERS,
    BOARD_COUNT_HANDLERS,
    BOARD_COUNTS,
} board_count_t;

// Adds `change`, which is 1 or -1.
void board_count(board_count_t what, int change);
int board_counted(board_count_t what);

// --- idf/esp_wifi_tx.c ---

// How long the radio keeps a frame before it sends it. Any thread.
void board_radio_set_ms(uint32_t ms);

// --- idf/one_core.c. These functions do nothing without --one-core. ---

// Registers the calling thread as Python's task. No other thread may join before.
void board_core_start(void);

// Registers the calling thread as a task of Python's priority, until it leaves. Returns when the
// thread is scheduled.
void board_core_join(void);
void board_core_leave(void);

// Schedules the next task of Python's priority, as FreeRTOS does after a task of higher priority
// has run. For threads that have not joined.
void board_core_next(void);

// Called around "interrupts off". The calling thread is not preempted in between.
void board_core_hold(void);
void board_core_release(void);

// Ends the preemption of threads.
void board_core_stop(void);

// Defined in a build with the address sanitizer only (sanitize/sanitize.c).
void board_check_leaks(void) __attribute__((weak));

// Removes the files of a running board and ends the process with this exit code.
_Noreturn void board_power_off(int status);
