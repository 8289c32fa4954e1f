// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// "Interrupts off" on both cores: one lock for the whole board.

#include <pthread.h>

#include "board.h"

static pthread_mutex_t irq_mutex;

__attribute__((constructor)) static void irq_mutex_init(void) {
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&irq_mutex, &attr);
    pthread_mutexattr_destroy(&attr);
}

void board_irq_lock(void) {
    board_core_hold();
    pthread_mutex_lock(&irq_mutex);
}

void board_irq_unlock(void) {
    pthread_mutex_unlock(&irq_mutex);
    board_core_release();
}
