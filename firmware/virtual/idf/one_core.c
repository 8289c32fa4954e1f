// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// One core, as in an ESP32-C3, C6 or S2: of the tasks of Python's priority one runs at a time.
//
// FreeRTOS schedules tasks of equal priority round-robin. A time slice ends with the tick (10 ms),
// when the task blocks, and when a task of higher priority has run: then FreeRTOS selects the next
// task of its list and not the one that was preempted (ESP-IDF, FreeRTOS-Kernel/tasks.c,
// taskSELECT_HIGHEST_PRIORITY_TASK). Here a slice ends by a signal to its thread, whose handler
// waits until the thread is scheduled again.
//
// Threads that stand for interrupts and for tasks of higher priority run when the host schedules
// them. Of these only esp_timer's ends a slice. On a chip the tasks of lwIP and Wi-Fi do, too, so
// slices are shorter there. That a task blocks is noticed after a millisecond at most.
//
// The measurements are in processor time, which other programs of the host do not lengthen. Each
// line of the file "slices" in the board's directory is the time in microseconds that other tasks
// have computed between two slices of Python.

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

#define POLL_US (1000)
#define POLLS_PER_TICK (10) // CONFIG_FREERTOS_HZ=100, as MicroPython's ports/esp32 has it

#define SIGNAL (SIGRTMIN)

typedef struct core_task {
    struct core_task *next; // circular list
    pthread_t thread;
    pid_t tid;
    sem_t resume;
} core_task_t;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static core_task_t *running;
static core_task_t *python;
static sem_t has_stopped; // posted by a thread that a signal has stopped
static int64_t ended_us;   // processor time of tasks that have ended
static int64_t others_us;  // processor time of all tasks but Python's at the end of its last slice
static FILE *report;

static _Thread_local core_task_t *self;
static _Thread_local volatile sig_atomic_t irq_depth, switch_pending;

int board_processors(void) {
    return board_options.one_core ? 1 : 2;
}

static void wait_for(sem_t *s) {
    while (sem_wait(s) != 0) {
    }
}

// --- In the thread whose slice ends ---

static void wait_until_resumed(void) {
    const int saved = errno;
    sem_post(&has_stopped);
    wait_for(&self->resume);
    errno = saved;
}

static void on_signal(int signo) {
    (void)signo;
    if (irq_depth > 0) {
        switch_pending = 1;
    } else {
        wait_until_resumed();
    }
}

void board_core_hold(void) {
    irq_depth++;
}

void board_core_release(void) {
    irq_depth--;
    if (irq_depth == 0 && switch_pending) {
        switch_pending = 0;
        wait_until_resumed();
    }
}

// --- With the lock held ---

static int64_t cpu_time_us(const core_task_t *task) {
    clockid_t clock;
    struct timespec ts = { 0 };
    if (pthread_getcpuclockid(task->thread, &clock) == 0) {
        clock_gettime(clock, &ts);
    }
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t others_cpu_time_us(void) {
    int64_t sum = ended_us;
    core_task_t *task = python;
    while ((task = task->next) != python) {
        sum += cpu_time_us(task);
    }
    return sum;
}

// `running` has stopped, or leaves.
static void switch_to(core_task_t *next) {
    const int64_t us = others_cpu_time_us();
    if (running == python) {
        others_us = us;
    }
    running = next;
    if (next == python && us > others_us) {
        fprintf(report, "%lld\n", (long long)(us - others_us));
        fflush(report);
    }
    sem_post(&next->resume);
}

// --- The ends of time slices ---

void board_core_next(void) {
    if (!board_options.one_core) {
        return;
    }
    pthread_mutex_lock(&lock);
    if (running != NULL && running->next != running) {
        pthread_kill(running->thread, SIGNAL);
        wait_for(&has_stopped);
        switch_to(running->next);
    }
    pthread_mutex_unlock(&lock);
}

static bool running_is_blocked(void) {
    char path[64], text[128] = "";
    pthread_mutex_lock(&lock);
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)running->tid);
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
    for (unsigned poll = 1;; poll++) {
        usleep(POLL_US);
        if (poll % POLLS_PER_TICK == 0 || running_is_blocked()) {
            board_core_next();
        }
    }
    return NULL;
}

// --- Tasks join and leave ---

void board_core_join(void) {
    if (!board_options.one_core) {
        return;
    }
    self = calloc(1, sizeof(*self));
    if (self == NULL || sem_init(&self->resume, 0, 0) != 0) {
        abort();
    }
    self->thread = pthread_self();
    self->tid = gettid();
    pthread_mutex_lock(&lock);
    if (running == NULL) {
        running = python = self->next = self;
        sem_post(&self->resume);
    } else {
        // At the end of the list, which is before the running task.
        core_task_t *last = running;
        while (last->next != running) {
            last = last->next;
        }
        self->next = running;
        last->next = self;
    }
    pthread_mutex_unlock(&lock);
    wait_for(&self->resume);
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
    ended_us += cpu_time_us(self);
    switch_to(self->next);
    pthread_mutex_unlock(&lock);
    sem_destroy(&self->resume);
    free(self);
    self = NULL;
}

void board_core_start(void) {
    if (!board_options.one_core) {
        return;
    }
    char path[4096];
    snprintf(path, sizeof(path), "%s/slices", board_options.dir);
    report = fopen(path, "we");
    const struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    pthread_t thread;
    if (report == NULL || sem_init(&has_stopped, 0, 0) != 0
        || sigaction(SIGNAL, &action, NULL) != 0) {
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
