// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#define _GNU_SOURCE // pthread_setname_np
#include "esp_event.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"

// The list has the order of ESP-IDF's lists: by node, with one or more nodes for each base; within
// a node the registrations for any id come first.
typedef struct registration {
    struct registration *next;
    unsigned node;
    esp_event_base_t base;
    int32_t id;
    esp_event_handler_t handler;
    void *arg;
    bool is_instance;
} registration_t;

typedef struct event {
    struct event *next;
    esp_event_base_t base;
    int32_t id;
    size_t size;
    uint64_t data[]; // aligned for any structure
} event_t;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t posted = PTHREAD_COND_INITIALIZER;
static bool running;
static registration_t *registrations;
static event_t *queue_head;
static event_t **queue_tail = &queue_head;

static bool concerns(const registration_t *r, const event_t *e) {
    return r->base == e->base && (r->id == ESP_EVENT_ANY_ID || r->id == e->id);
}

// The lock is not held during a handler, so that the handler can post and register. A registration
// is never freed, so r stays valid. One that a handler adds behind r receives this event, too.
static void dispatch(event_t *e) {
    for (registration_t *r = registrations; r != NULL; r = r->next) {
        if (concerns(r, e)) {
            esp_event_handler_t handler = r->handler;
            void *arg = r->arg;
            pthread_mutex_unlock(&lock);
            handler(arg, e->base, e->id, e->size > 0 ? e->data : NULL);
            pthread_mutex_lock(&lock);
        }
    }
}

static void *run_loop(void *arg) {
    (void)arg;
    pthread_mutex_lock(&lock);
    for (;;) {
        while (queue_head == NULL) {
            pthread_cond_wait(&posted, &lock);
        }
        event_t *e = queue_head;
        queue_head = e->next;
        if (queue_head == NULL) {
            queue_tail = &queue_head;
        }
        dispatch(e);
        free(e);
    }
    return NULL;
}

esp_err_t esp_event_loop_create_default(void) {
    pthread_mutex_lock(&lock);
    esp_err_t result = ESP_ERR_INVALID_STATE;
    if (!running) {
        pthread_t thread;
        running = pthread_create(&thread, NULL, run_loop, NULL) == 0;
        if (running) {
            pthread_setname_np(thread, "sys_evt");
        }
        result = running ? ESP_OK : ESP_FAIL;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static bool has_single_ids(unsigned node) {
    for (const registration_t *r = registrations; r != NULL; r = r->next) {
        if (r->node == node && r->id != ESP_EVENT_ANY_ID) {
            return true;
        }
    }
    return false;
}

// The node for a registration, as loop_node_add_handler() of ESP-IDF v5.2 to v6.1 chooses it
// (components/esp_event/esp_event.c). A registration for any id gets a new node if the last node
// of its base, or the last node of all, has handlers of single ids. In a new node the function
// counts as not registered, so it is called twice for each event.
static unsigned choose_node(esp_event_base_t base, int32_t id) {
    unsigned own = 0;
    unsigned last = 0;
    esp_event_base_t last_base = NULL;
    for (const registration_t *r = registrations; r != NULL; r = r->next) {
        last = r->node;
        last_base = r->base;
        own = r->base == base ? r->node : own;
    }
    const bool any = id == ESP_EVENT_ANY_ID;
    if (own == 0 || (any && (has_single_ids(own)
                             || (last_base != base && has_single_ids(last))))) {
        return last + 1;
    }
    return own;
}

static bool goes_before(const registration_t *a, const registration_t *b) {
    return a->node != b->node ? a->node < b->node
        : a->id == ESP_EVENT_ANY_ID && b->id != ESP_EVENT_ANY_ID;
}

static esp_err_t insert(const registration_t *fields, registration_t **made) {
    registration_t *r = malloc(sizeof(*r));
    if (r == NULL) {
        return ESP_ERR_NO_MEM;
    }
    *r = *fields;
    registration_t **link = &registrations;
    while (*link != NULL && !goes_before(r, *link)) {
        link = &(*link)->next;
    }
    r->next = *link;
    *link = r;
    *made = r;
    board_count(BOARD_COUNT_HANDLERS, 1);
    return ESP_OK;
}

static registration_t *find_same(const registration_t *fields) {
    for (registration_t *r = registrations; r != NULL; r = r->next) {
        if (r->node == fields->node && r->id == fields->id && r->handler == fields->handler) {
            return r;
        }
    }
    return NULL;
}

static esp_err_t add(registration_t *fields, registration_t **made) {
    if (fields->handler == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&lock);
    esp_err_t result = ESP_OK;
    fields->node = choose_node(fields->base, fields->id);
    registration_t *old = fields->is_instance ? NULL : find_same(fields);
    if (!running) {
        result = ESP_ERR_INVALID_STATE;
    } else if (old != NULL) {
        old->arg = fields->arg;
    } else {
        result = insert(fields, made);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id,
    esp_event_handler_t handler, void *arg) {
    registration_t *made;
    return add(&(registration_t) { .base = base, .id = id, .handler = handler, .arg = arg },
        &made);
}

esp_err_t esp_event_handler_instance_register(esp_event_base_t base, int32_t id,
    esp_event_handler_t handler, void *arg, esp_event_handler_instance_t *instance) {
    registration_t *made = NULL;
    esp_err_t result = add(&(registration_t) {
        .base = base, .id = id, .handler = handler, .arg = arg, .is_instance = true,
    }, &made);
    if (result == ESP_OK && instance != NULL) {
        *instance = made;
    }
    return result;
}

esp_err_t esp_event_post(esp_event_base_t base, int32_t id, const void *data, size_t size,
    TickType_t ticks) {
    (void)ticks;
    event_t *e = malloc(sizeof(*e) + size);
    if (e == NULL) {
        return ESP_ERR_NO_MEM;
    }
    *e = (event_t) { .base = base, .id = id, .size = data != NULL ? size : 0 };
    if (e->size > 0) {
        memcpy(e->data, data, size);
    }
    pthread_mutex_lock(&lock);
    bool accepted = running;
    if (accepted) {
        *queue_tail = e;
        queue_tail = &e->next;
        pthread_cond_signal(&posted);
    }
    pthread_mutex_unlock(&lock);
    if (!accepted) {
        free(e);
    }
    return accepted ? ESP_OK : ESP_ERR_INVALID_STATE;
}
