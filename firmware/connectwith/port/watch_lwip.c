// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/watch_lwip.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "lwip/sockets.h"
#include "lwip/sys.h"

// Measured: 0.5 KB on an emulated ESP32-C3, 0.7 KB on an emulated ESP32; 1.5 KB at most in
// tests/port, with the pointers of x86-64.
#define WATCH_STACK_BYTES (2 * 1024)

// Above Python's task, which may be in a busy loop. This task only waits and calls wake().
#define WATCH_PRIORITY (2)

// How long the task stays in lwip_select() if it has missed the close of its socket: the socket
// was closed, and its number was given to another one, just before the task began to wait.
#define WATCH_SLICE_S (10)

struct watch {
    int fd;
    void (*wake)(void);
    sys_sem_t asked;
    atomic_uint armed;
    atomic_bool ended;
    atomic_int owners;
};

static void watch_release(watch_t *watch) {
    if (atomic_fetch_sub(&watch->owners, 1) == 1) {
        sys_sem_free(&watch->asked);
        free(watch);
    }
}

// False: not readable within WATCH_SLICE_S.
static bool watch_select(const watch_t *watch) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(watch->fd, &set);
    struct timeval slice = {.tv_sec = WATCH_SLICE_S};
    return lwip_select(watch->fd + 1, &set, NULL, NULL, &slice) != 0;
}

static void watch_main(void *arg) {
    watch_t *watch = arg;
    for (;;) {
        sys_arch_sem_wait(&watch->asked, 0);
        while (!atomic_load(&watch->ended) && !watch_select(watch)) {
        }
        if (atomic_load(&watch->ended)) {
            break;
        }
        atomic_store(&watch->armed, 0);
        watch->wake();
    }
    watch_release(watch);
    lwip_socket_thread_cleanup();
    vTaskDelete(NULL);
}

watch_t *watch_begin(int fd, void (*wake)(void)) {
    watch_t *watch = calloc(1, sizeof(*watch));
    if (watch == NULL) {
        return NULL;
    }
    if (sys_sem_new(&watch->asked, 0) != ERR_OK) {
        free(watch);
        return NULL;
    }
    watch->fd = fd;
    watch->wake = wake;
    atomic_init(&watch->armed, 0);
    atomic_init(&watch->ended, false);
    atomic_init(&watch->owners, 2);
    if (xTaskCreatePinnedToCore(watch_main, "cw watch", WATCH_STACK_BYTES, watch, WATCH_PRIORITY,
        NULL, tskNO_AFFINITY) != pdPASS) {
        sys_sem_free(&watch->asked);
        free(watch);
        return NULL;
    }
    return watch;
}

void watch_arm(watch_t *watch) {
    if (atomic_exchange(&watch->armed, 1) == 0) {
        sys_sem_signal(&watch->asked);
    }
}

void watch_end(watch_t *watch) {
    atomic_store(&watch->ended, true);
    sys_sem_signal(&watch->asked);
    watch_release(watch);
}
