// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Jobs that take long, run off the thread that runs Python. A task, and with it its stack, exists
// only while there is a job.

#ifndef CONNECTWITH_PORT_WORKER_FREERTOS_H
#define CONNECTWITH_PORT_WORKER_FREERTOS_H

#include <stdbool.h>

// At the head of the caller's own structure, which MUST live until run() has begun its last act or
// worker_withdraw() has returned true. run() may free it.
typedef struct worker_job {
    struct worker_job *next;
    void (*run)(struct worker_job *job);
} worker_job_t;

// Queues a job. At most WORKER_TASKS_MAX run at a time; the others wait their turn, so that a user
// who tries again and again costs memory for the jobs but not for a stack each.
// False: there is no task and no memory for one; the job was not taken.
bool worker_submit(worker_job_t *job);

// Takes back a job that has not begun. True: it will not run. False: it runs, or has run.
bool worker_withdraw(worker_job_t *job);

#endif
