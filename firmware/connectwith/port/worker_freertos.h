// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Runs long jobs outside the thread that runs Python. A task and its stack exist only while there
// is a job.

#ifndef CONNECTWITH_PORT_WORKER_FREERTOS_H
#define CONNECTWITH_PORT_WORKER_FREERTOS_H

#include <stdbool.h>

// The first member of the caller's structure, which MUST exist until run() frees it or returns, or
// until worker_withdraw() has returned true.
typedef struct worker_job {
    struct worker_job *next;
    void (*run)(struct worker_job *job);
} worker_job_t;

// Queues a job. At most WORKER_TASKS_MAX jobs run at a time, and the others wait. So many jobs
// cost memory for the jobs, but not a stack for each. False: there is no task and no memory for
// one; the job was not queued.
bool worker_submit(worker_job_t *job);

// Removes a job that has not begun. True: it will not run. False: it runs, or has run.
bool worker_withdraw(worker_job_t *job);

#endif
