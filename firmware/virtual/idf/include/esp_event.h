// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Default event loop: a queue, and one thread that runs the handlers, as ESP-IDF's.

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "freertos/FreeRTOS.h"

typedef const char *esp_event_base_t;
typedef void *esp_event_handler_instance_t;
typedef void (*esp_event_handler_t)(void *arg, esp_event_base_t base, int32_t id, void *data);

#define ESP_EVENT_DECLARE_BASE(name) extern esp_event_base_t const name
#define ESP_EVENT_DEFINE_BASE(name)  esp_event_base_t const name = #name
#define ESP_EVENT_ANY_ID             (-1)

// ESP_ERR_INVALID_STATE when the loop exists already; ESP_ERR_NO_MEM, ESP_FAIL: no thread.
esp_err_t esp_event_loop_create_default(void);

// Handlers run in the order of registration. Registering the same function for the same event
// again replaces its argument; an instance is a registration of its own.
// ESP_ERR_INVALID_STATE: no loop; ESP_ERR_INVALID_ARG; ESP_ERR_NO_MEM.
esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id,
    esp_event_handler_t handler, void *arg);
esp_err_t esp_event_handler_instance_register(esp_event_base_t base, int32_t id,
    esp_event_handler_t handler, void *arg, esp_event_handler_instance_t *instance);

// Copies the data and returns at once; the queue has no limit but memory, so ticks is unused.
// Callable from any thread. ESP_ERR_INVALID_STATE: no loop; ESP_ERR_NO_MEM.
esp_err_t esp_event_post(esp_event_base_t base, int32_t id, const void *data, size_t size,
    TickType_t ticks);
