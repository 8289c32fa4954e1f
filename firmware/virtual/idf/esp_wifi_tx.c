// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The radio's transmit queue. A radio accepts a frame of lwIP at once and sends it when the
// channel is free. A frame that is in the queue when the radio is switched off is lost, although
// lwIP counts it as sent.

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"
#include "wifi.h"

// Long enough that a program that switches the radio off directly after a send loses the frame,
// and short enough that connecting takes hardly longer.
#define RADIO_MS (2)
// CONFIG_ESP_WIFI_DYNAMIC_TX_BUFFER_NUM of ESP-IDF
#define QUEUE_MAX (32)

typedef struct tx_frame {
    struct tx_frame *next;
    u32_t due_ms;
    size_t length;
    uint8_t frame[];
} tx_frame_t;

static atomic_uint radio_ms = RADIO_MS;

void board_radio_set_ms(uint32_t ms) {
    atomic_store(&radio_ms, ms);
}

void wifi_tx_clear(void) {
    while (wifi.tx_queue != NULL) {
        tx_frame_t *first = wifi.tx_queue;
        wifi.tx_queue = first->next;
        free(first);
    }
}

// lwIP's thread. Sends the frames that are due, and sets a timer for the rest.
static void send_due(void *unused) {
    (void)unused;
    pthread_mutex_lock(&wifi.lock);
    s32_t left_ms = 0;
    while (wifi.tx_queue != NULL && (left_ms = (s32_t)(wifi.tx_queue->due_ms - sys_now())) <= 0) {
        tx_frame_t *first = wifi.tx_queue;
        wifi.tx_queue = first->next;
        if (wifi.wire != NULL) {
            wire_send(wifi.wire, 'F', first->frame, first->length); // lost if there is no room
        }
        free(first);
    }
    bool more = wifi.tx_queue != NULL;
    pthread_mutex_unlock(&wifi.lock);
    sys_untimeout(send_due, NULL);
    if (more) {
        sys_timeout((u32_t)left_ms, send_due, NULL);
    }
}

// Keeps the order of the frames, also after the delay has become shorter.
static esp_err_t append(const void *frame, size_t length) {
    tx_frame_t **link = &wifi.tx_queue;
    u32_t due_ms = sys_now() + atomic_load(&radio_ms);
    int waiting = 0;
    for (; *link != NULL; link = &(*link)->next) {
        due_ms = (s32_t)(due_ms - (*link)->due_ms) > 0 ? due_ms : (*link)->due_ms;
        ++waiting;
    }
    tx_frame_t *last = waiting < QUEUE_MAX ? malloc(sizeof(*last) + length) : NULL;
    if (last == NULL) {
        return ESP_ERR_NO_MEM;
    }
    *last = (tx_frame_t) { .due_ms = due_ms, .length = length };
    memcpy(last->frame, frame, length);
    *link = last;
    return ESP_OK;
}

esp_err_t wifi_tx_transmit(void *driver, void *frame, size_t length) {
    (void)driver;
    esp_err_t result = ESP_OK;
    bool first = false;
    pthread_mutex_lock(&wifi.lock);
    if (wifi.station == STATION_JOINED && wifi.wire != NULL) {
        first = wifi.tx_queue == NULL;
        result = append(frame, length);
    }
    pthread_mutex_unlock(&wifi.lock);
    if (first) {
        sys_untimeout(send_due, NULL); // of frames that were cleared
        sys_timeout(atomic_load(&radio_ms), send_due, NULL);
    }
    return result;
}
