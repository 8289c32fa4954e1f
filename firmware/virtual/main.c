// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Starts the board and runs the MicroPython task, in the order of ports/esp32/main.c.

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "py/builtin.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/readline/readline.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"
#include "ports/esp32/modmachine.h"

#include "board.h"
#include "esp_event.h"
#include "esp_partition.h"
#include "esp_system.h"
#include "idf/w5500.h"
#include "nvs_flash.h"

static char *heap;

static void write_pid(void) {
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/pid", board_options.dir) >= (int)sizeof(path)) {
        errx(1, "%s: path too long", board_options.dir);
    }
    FILE *f = fopen(path, "we");
    if (f == NULL || fprintf(f, "%d\n", (int)getpid()) < 0 || fclose(f) != 0) {
        err(1, "%s", path);
    }
}

// The rest of a deep sleep, before anything else of the board runs.
static void finish_deep_sleep(void) {
    sigset_t set = board_io_signals();
    while (board_retained->wake_at_us != 0) {
        int64_t left = board_retained->wake_at_us - board_monotonic_us();
        if (left <= 0) {
            break;
        }
        const int64_t step_us = 3600ll * 1000000; // keeps the sum within a timespec
        left = left < step_us ? left : step_us;
        struct timespec ts = board_timespec(left);
        int signo = sigtimedwait(&set, NULL, &ts);
        if (signo == SIGUSR1) {
            board_retained_lose_rtc();
            break;
        } else if (signo > 0) {
            board_power_off(0);
        }
    }
    board_retained->wake_at_us = 0;
}

static void start_hardware(bool power_on) {
    esp_partition_board_open(board_options.dir, power_on && board_options.erase);
    write_pid();
    // The console last: its name on stdout means that all lines exist.
    for (int i = BOARD_UARTS - 1; i >= 0; i--) {
        board_line_open(i);
    }
    board_io_start();
    gpio_board_start();
    w5500_board_start();
    board_console_start();
    if (nvs_flash_init() == ESP_ERR_NVS_NO_FREE_PAGES) {
        nvs_flash_erase();
        nvs_flash_init();
    }
    // As in ESP32's main.c. lwIP starts later, with "import network" (esp_netif_init()).
    if (esp_event_loop_create_default() != ESP_OK) {
        errx(1, "cannot start the event loop");
    }
}

// Runs boot.py, main.py and the REPL until a soft reset is asked for.
static void run_python(void) {
    pyexec_frozen_module("_boot.py", false);
    int ret = pyexec_file_if_exists("boot.py");
    if (ret & PYEXEC_FORCED_EXIT) {
        return;
    }
    if (pyexec_mode_kind == PYEXEC_MODE_FRIENDLY_REPL && ret != 0) {
        ret = pyexec_file_if_exists("main.py");
        if (ret & PYEXEC_FORCED_EXIT) {
            return;
        }
    }
    do {
        ret = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl()
            : pyexec_friendly_repl();
    } while (ret == 0);
}

static void soft_reset(void) {
    board_timers_deinit();
    gc_sweep_all(); // finalisers close the sockets and files of the script
    mp_hal_stdout_tx_str("MPY: soft reboot\r\n");
    board_uarts_deinit();
    machine_pins_deinit();
    machine_deinit();
    mp_deinit();
}

static void mp_task(void *stack_top) {
    machine_init();
    for (;;) {
        mp_cstack_init_with_top(stack_top, MICROPY_TASK_STACK_SIZE);
        gc_init(heap, heap + board_options.heap_bytes);
        mp_init();
        mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_lib));
        readline_init0();
        machine_pins_init();
        run_python();
        soft_reset();
    }
}

int main(int argc, char **argv) {
    board_options_parse(argc, argv);
    if (mkdir(board_options.dir, 0777) != 0 && errno != EEXIST) {
        err(1, "%s", board_options.dir);
    }
    board_reset_by(argv);
    board_io_signals(); // before the console's name is told: EN may be pressed from then on
    bool power_on = board_retained_open();
    if (power_on) {
        board_reset_clock();
    } else {
        finish_deep_sleep();
    }
    mp_main_task_handle = xTaskGetCurrentTaskHandle(); // before any thread that notifies it starts
    start_hardware(power_on);
    heap = malloc(board_options.heap_bytes);
    if (heap == NULL) {
        err(1, "heap");
    }
    board_core_start();
    int stack_top;
    mp_task(&stack_top);
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

void nlr_jump_fail(void *val) {
    fprintf(stderr, "virtual-board: exception outside of any handler: %p\n", val);
    board_reset(ESP_RST_PANIC);
}
