// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// One core, as an ESP32-C3, C6 or S2 has it: of the tasks of Python's priority one runs at a time.
//
// FreeRTOS lets tasks of one priority take turns. A turn ends with the tick (10 ms), when the task
// waits, and when a task of higher priority has run: then the next of the list is chosen and not
// the one that was interrupted (ESP-IDF, FreeRTOS-Kernel/tasks.c, taskSELECT_HIGHEST_PRIORITY_TASK).
// Here a turn ends by a signal to its thread, whose handler waits until it is on again.
//
// Threads that stand for interrupts and for tasks of higher priority run when the host lets them.
// Of these only esp_timer's ends a turn; lwIP's and Wi-Fi's do it on a chip, too, so turns are
// rather shorter there than here. That a task waits is noticed a millisecond later.
//
// What is measured here is processor time, which other programs of the host do not lengthen: each
// line of the file "turns" in the board's directory says for how many microseconds other tasks
// have computed between two turns of Python.

#define _GNU_SOURCE // gettid
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "freertos/FreeRTOS.h"

#define LOOK_US (1000)
#define LOOKS_PER_TICK (10) // CONFIG_FREERTOS_HZ=100, as MicroPython's ports/esp32 has it

#define SIGNAL (SIGRTMIN)

typedef struct core_task {
    struct core_task *next; // in a ring
    pthread_t thread;
    pid_t tid;
    sem_t on;
} core_task_t;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static core_task_t *owner; // whose turn it is
static core_task_t *python;
static sem_t parked;       // the thread that was told to has stopped
static int64_t ended_us;   // what tasks have computed that have ended
static int64_t others_us;  // what all but Python had computed when its last turn ended
static FILE *report;

static _Thread_local core_task_t *self;
static _Thread_local volatile sig_atomic_t held, due;

int board_processors(void) {
    return board_options.one_core ? 1 : 2;
}

static void wait_for(sem_t *s) {
    while (sem_wait(s) != 0) {
    }
}

// --- In the thread whose turn ends ---

static void park(void) {
    const int saved = errno;
    sem_post(&parked);
    wait_for(&self->on);
    errno = saved;
}

static void on_signal(int signo) {
    (void)signo;
    if (held > 0) {
        due = 1;
    } else {
        park();
    }
}

void board_core_hold(void) {
    held++;
}

void board_core_release(void) {
    held--;
    if (held == 0 && due) {
        due = 0;
        park();
    }
}

// --- With the lock ---

static int64_t computed_us(const core_task_t *task) {
    clockid_t clock;
    struct timespec ts = { 0 };
    if (pthread_getcpuclockid(task->thread, &clock) == 0) {
        clock_gettime(clock, &ts);
    }
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t computed_by_others_us(void) {
    int64_t sum = ended_us;
    core_task_t *task = python;
    while ((task = task->next) != python) {
        sum += computed_us(task);
    }
    return sum;
}

// The owner has stopped, or goes.
static void pass_on(core_task_t *next) {
    const int64_t us = computed_by_others_us();
    if (owner == python) {
        others_us = us;
    }
    owner = next;
    if (next == python && us > others_us) {
        fprintf(report, "%lld\n", (long long)(us - others_us));
        fflush(report);
    }
    sem_post(&next->on);
}

// --- The ends of turns ---

void board_core_turn(void) {
    if (!board_options.one_core) {
        return;
    }
    pthread_mutex_lock(&lock);
    if (owner != NULL && owner->next != owner) {
        pthread_kill(owner->thread, SIGNAL);
        wait_for(&parked);
        pass_on(owner->next);
    }
    pthread_mutex_unlock(&lock);
}

static bool owner_waits(void) {
    char path[64], text[128] = "";
    pthread_mutex_lock(&lock);
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)owner->tid);
    pthread_mutex_unlock(&lock);
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        return false;
    }
    const char *name_end = fgets(text, sizeof(text), f) == NULL ? NULL : strrchr(text, ')');
    fclose(f);
    return name_end != NULL && strncmp(name_end, ") S", 3) == 0;
}

static void *tick_thread(void *arg) {
    (void)arg;
    for (unsigned look = 1;; look++) {
        usleep(LOOK_US);
        if (look % LOOKS_PER_TICK == 0 || owner_waits()) {
            board_core_turn();
        }
    }
    return NULL;
}

// --- Tasks come and go ---

void board_core_join(void) {
    if (!board_options.one_core) {
        return;
    }
    self = calloc(1, sizeof(*self));
    if (self == NULL || sem_init(&self->on, 0, 0) != 0) {
        abort();
    }
    self->thread = pthread_self();
    self->tid = gettid();
    pthread_mutex_lock(&lock);
    if (owner == NULL) {
        owner = python = self->next = self;
        sem_post(&self->on);
    } else {
        // At the end of the list, which is before the one that is on.
        core_task_t *last = owner;
        while (last->next != owner) {
            last = last->next;
        }
        self->next = owner;
        last->next = self;
    }
    pthread_mutex_unlock(&lock);
    wait_for(&self->on);
}

void board_core_leave(void) {
    if (self == NULL) {
        return;
    }
    pthread_mutex_lock(&lock);
    core_task_t *before = self;
    while (before->next != self) {
        before = before->next;
    }
    before->next = self->next;
    ended_us += computed_us(self);
    pass_on(self->next);
    pthread_mutex_unlock(&lock);
    sem_destroy(&self->on);
    free(self);
    self = NULL;
}

void board_core_start(void) {
    if (!board_options.one_core) {
        return;
    }
    char path[4096];
    snprintf(path, sizeof(path), "%s/turns", board_options.dir);
    report = fopen(path, "we");
    const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    pthread_t thread;
    if (report == NULL || sem_init(&parked, 0, 0) != 0 || sigaction(SIGNAL, &action, NULL) != 0) {
        abort();
    }
    board_core_join();
    if (pthread_create(&thread, NULL, tick_thread, NULL) != 0) {
        abort();
    }
    pthread_detach(thread);
}

void board_core_stop(void) {
    if (board_options.one_core) {
        pthread_mutex_lock(&lock);
    }
}
