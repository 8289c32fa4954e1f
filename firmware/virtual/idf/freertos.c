// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// FreeRTOS' tasks and their notifications on POSIX threads.

#define _GNU_SOURCE // pthread_cond_clockwait, pthread_setname_np
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "board.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

#define STACK_FACTOR (4)
#define STACK_MIN_BYTES (64 * 1024)

// MP_TASK_PRIORITY in ports/esp32/main.c
#define PYTHON_PRIORITY (1)

// A task's notification value: a count that the task can wait for.
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    uint32_t count;
} counter_t;

struct freertos_task {
    counter_t notified;
    TaskFunction_t function;
    void *arg;
    UBaseType_t priority;
    char name[16]; // of the thread, as in /proc; Linux takes no more
};

static _Thread_local TaskHandle_t current;

static void counter_init(counter_t *c) {
    pthread_cond_init(&c->cond, NULL);
    pthread_mutex_init(&c->mutex, NULL);
}

static void counter_deinit(counter_t *c) {
    pthread_cond_destroy(&c->cond);
    pthread_mutex_destroy(&c->mutex);
}

// Returns the count found, 0 after the timeout; takes one, or all when `clear`.
static uint32_t counter_take(counter_t *c, bool clear, int64_t timeout_us) {
    struct timespec end = board_timespec(board_monotonic_us() + timeout_us);
    pthread_mutex_lock(&c->mutex);
    while (c->count == 0 && timeout_us != 0) {
        int err = timeout_us < 0 ? pthread_cond_wait(&c->cond, &c->mutex)
            : pthread_cond_clockwait(&c->cond, &c->mutex, CLOCK_MONOTONIC, &end);
        if (err == ETIMEDOUT) {
            break;
        }
    }
    uint32_t found = c->count;
    c->count = clear || found == 0 ? 0 : found - 1;
    pthread_mutex_unlock(&c->mutex);
    return found;
}

static int64_t ticks_to_us(TickType_t ticks) {
    return ticks == portMAX_DELAY ? -1 : (int64_t)ticks * 1000 * portTICK_PERIOD_MS;
}

static TaskHandle_t task_new(TaskFunction_t function, void *arg) {
    TaskHandle_t task = calloc(1, sizeof(*task));
    if (task != NULL) {
        board_count(BOARD_COUNT_TASKS, 1);
        counter_init(&task->notified);
        task->function = function;
        task->arg = arg;
    }
    return task;
}

static void task_free(TaskHandle_t task) {
    board_count(BOARD_COUNT_TASKS, -1);
    counter_deinit(&task->notified);
    free(task);
}

static void *task_main(void *arg) {
    current = arg;
    pthread_setname_np(pthread_self(), current->name);
    if (current->priority <= PYTHON_PRIORITY) {
        board_core_join();
    }
    current->function(current->arg);
    abort(); // FreeRTOS forbids a task to return
}

BaseType_t xTaskCreate(TaskFunction_t function, const char *name, uint32_t stack, void *arg,
    UBaseType_t priority, TaskHandle_t *out) {
    TaskHandle_t task = task_new(function, arg);
    if (task == NULL) {
        return pdFAIL;
    }
    snprintf(task->name, sizeof(task->name), "%s", name);
    task->priority = priority;
    size_t bytes = (size_t)stack * STACK_FACTOR;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, bytes < STACK_MIN_BYTES ? STACK_MIN_BYTES : bytes);
    // Before the thread runs, which may end and write through the same pointer.
    if (out != NULL) {
        *out = task;
    }
    pthread_t thread;
    int err = pthread_create(&thread, &attr, task_main, task);
    pthread_attr_destroy(&attr);
    if (err != 0) {
        if (out != NULL) {
            *out = NULL;
        }
        task_free(task);
        return pdFAIL;
    }
    return pdPASS;
}

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t function, const char *name, uint32_t stack,
    void *arg, UBaseType_t priority, TaskHandle_t *out, BaseType_t core) {
    (void)core;
    return xTaskCreate(function, name, stack, arg, priority, out);
}

void vTaskDelete(TaskHandle_t task) {
    if (task != NULL && task != current) {
        abort();
    }
    if (current != NULL) {
        if (current->priority <= PYTHON_PRIORITY) {
            board_core_leave();
        }
        task_free(current);
        current = NULL;
    }
    pthread_exit(NULL);
}

void vTaskDelay(TickType_t ticks) {
    board_sleep_us(ticks_to_us(ticks));
}

void taskYIELD(void) {
    sched_yield();
}

TaskHandle_t xTaskGetCurrentTaskHandle(void) {
    if (current == NULL) {
        current = task_new(NULL, NULL);
        if (current == NULL) {
            abort();
        }
    }
    return current;
}

void xTaskNotifyGive(TaskHandle_t task) {
    counter_t *c = &task->notified;
    pthread_mutex_lock(&c->mutex);
    c->count++;
    pthread_cond_signal(&c->cond);
    pthread_mutex_unlock(&c->mutex);
}

uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks) {
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    return counter_take(&self->notified, clear != pdFALSE, ticks_to_us(ticks));
}

uint32_t board_task_notify_take_us(int64_t timeout_us) {
    return counter_take(&xTaskGetCurrentTaskHandle()->notified, true, timeout_us);
}
