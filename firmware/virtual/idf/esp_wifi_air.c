// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Frames on their way out. A radio takes a frame from lwIP at once and sends it when the air is
// free; what it has not sent when it is switched off is lost, though lwIP counts it as sent.

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "wifi.h"

// Long enough that whoever switches the radio off at once loses what it said last, short enough
// that connecting takes hardly longer.
#define RADIO_MS (2)
// CONFIG_ESP_WIFI_DYNAMIC_TX_BUFFER_NUM of ESP-IDF
#define QUEUE_MAX (32)

typedef struct air {
    struct air *next;
    u32_t due_ms;
    size_t length;
    uint8_t frame[];
} air_t;

static atomic_uint radio_ms = RADIO_MS;

void board_radio_set_ms(uint32_t ms) {
    atomic_store(&radio_ms, ms);
}

void wifi_air_forget(void) {
    while (wifi.air != NULL) {
        air_t *first = wifi.air;
        wifi.air = first->next;
        free(first);
    }
}

// lwIP's thread. Sends what is due, and comes again for the rest.
static void on_air(void *unused) {
    (void)unused;
    pthread_mutex_lock(&wifi.lock);
    s32_t left_ms = 0;
    while (wifi.air != NULL && (left_ms = (s32_t)(wifi.air->due_ms - sys_now())) <= 0) {
        air_t *first = wifi.air;
        wifi.air = first->next;
        if (wifi.wire != NULL) {
            wire_send(wifi.wire, 'F', first->frame, first->length); // lost when there is no room
        }
        free(first);
    }
    bool more = wifi.air != NULL;
    pthread_mutex_unlock(&wifi.lock);
    sys_untimeout(on_air, NULL);
    if (more) {
        sys_timeout((u32_t)left_ms, on_air, NULL);
    }
}

// In the order of their coming, also when the delay has just become shorter.
static esp_err_t append(const void *frame, size_t length) {
    air_t **link = &wifi.air;
    u32_t due_ms = sys_now() + atomic_load(&radio_ms);
    int waiting = 0;
    for (; *link != NULL; link = &(*link)->next) {
        due_ms = (s32_t)(due_ms - (*link)->due_ms) > 0 ? due_ms : (*link)->due_ms;
        ++waiting;
    }
    air_t *last = waiting < QUEUE_MAX ? malloc(sizeof(*last) + length) : NULL;
    if (last == NULL) {
        return ESP_ERR_NO_MEM;
    }
    *last = (air_t) { .due_ms = due_ms, .length = length };
    memcpy(last->frame, frame, length);
    *link = last;
    return ESP_OK;
}

esp_err_t wifi_air_transmit(void *driver, void *frame, size_t length) {
    (void)driver;
    esp_err_t result = ESP_OK;
    bool first = false;
    pthread_mutex_lock(&wifi.lock);
    if (wifi.station == STATION_JOINED && wifi.wire != NULL) {
        first = wifi.air == NULL;
        result = append(frame, length);
    }
    pthread_mutex_unlock(&wifi.lock);
    if (first) {
        sys_untimeout(on_air, NULL); // of frames that were forgotten
        sys_timeout(atomic_load(&radio_ms), on_air, NULL);
    }
    return result;
}
