// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/worker_freertos.h"

#include <stddef.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

// Measured by tests/port/stack/measure.py (mbedTLS 3.6 for 32-bit RISC-V with -Os, painted stack):
// a handshake takes 1.7 KB with chains and client keys of P-256 to P-521 and of RSA-2048 and
// RSA-4096, and 2.6 KB with certificates signed by RSA-PSS of 4096 bits. An emulated ESP32-C3 used
// 2.3 KB for P-256, so lwIP, the accelerators' drivers and this module take another 0.6 KB: 3.2 KB
// at most. An emulated ESP32, whose Xtensa saves register windows on the stack, used 2.9 KB for
// P-256: in that proportion 4 KB at most. Half as much again is 6 KB.
#define WORKER_STACK_BYTES (6 * 1024)

// Equal to the priority of the task that runs Python (ESP_TASK_PRIO_MIN + 1). With a higher one,
// Python would not run during the arithmetic on a chip with one core. With a lower one, a busy
// loop in Python would starve the handshake until its deadline. timeslice_freertos.c sets the
// length of the time slices.
#define WORKER_PRIORITY (1)

// With two cores, the one that Python does not use. MicroPython pins its task to core 1
// (MP_TASK_COREID in ports/esp32/mphalport.h). A worker without affinity could start there, too,
// and the two would share the core. Wi-Fi's task, which also runs on core 0, has a higher
// priority.
#if CONFIG_FREERTOS_UNICORE
#define WORKER_CORE (tskNO_AFFINITY)
#else
#define WORKER_CORE (0)
#endif

// Two, because a job that was told to stop may still be inside an indivisible computation (a
// signature takes some 100 ms on an ESP32), and the next job should not wait for it.
#define WORKER_TASKS_MAX (2)

static portMUX_TYPE worker_lock = portMUX_INITIALIZER_UNLOCKED;
static worker_job_t *worker_queue;  // oldest first
static unsigned worker_tasks;

// The next job, or NULL: then this task is no longer counted and must end.
static worker_job_t *worker_next(void) {
    portENTER_CRITICAL(&worker_lock);
    worker_job_t *job = worker_queue;
    if (job != NULL) {
        worker_queue = job->next;
        job->next = NULL;
    } else {
        --worker_tasks;
    }
    portEXIT_CRITICAL(&worker_lock);
    return job;
}

static void worker_main(void *arg) {
    (void)arg;
    worker_job_t *job;
    while ((job = worker_next()) != NULL) {
        job->run(job);
    }
    vTaskDelete(NULL);
}

static void worker_append(worker_job_t *job) {
    worker_job_t **link = &worker_queue;
    while (*link != NULL) {
        link = &(*link)->next;
    }
    job->next = NULL;
    *link = job;
}

bool worker_withdraw(worker_job_t *job) {
    bool found = false;
    portENTER_CRITICAL(&worker_lock);
    for (worker_job_t **link = &worker_queue; *link != NULL; link = &(*link)->next) {
        if (*link == job) {
            *link = job->next;
            found = true;
            break;
        }
    }
    portEXIT_CRITICAL(&worker_lock);
    return found;
}

bool worker_submit(worker_job_t *job) {
    portENTER_CRITICAL(&worker_lock);
    worker_append(job);
    const bool more = worker_tasks < WORKER_TASKS_MAX;
    if (more) {
        ++worker_tasks;
    }
    portEXIT_CRITICAL(&worker_lock);
    if (!more) {
        return true;
    }
    if (xTaskCreatePinnedToCore(worker_main, "connectwith", WORKER_STACK_BYTES, NULL,
        WORKER_PRIORITY, NULL, WORKER_CORE) == pdPASS) {
        return true;
    }
    portENTER_CRITICAL(&worker_lock);
    const bool alone = --worker_tasks == 0;
    portEXIT_CRITICAL(&worker_lock);
    // Another task that still runs takes the job. If no task is counted any more, the last one may
    // have taken the job before it ended: then the job cannot be withdrawn.
    return !alone || !worker_withdraw(job);
}
