// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shared by the files of the Wi-Fi driver. They use one lock:
//
//   esp_wifi.c           radio on and off, one association
//   esp_wifi_tx.c        transmit queue
//   esp_wifi_scan.c      scan
//   esp_wifi_settings.c  settings without an effect

#pragma once

#include <pthread.h>

#include "esp_wifi.h"
#include "wire.h"

typedef enum {
    STATION_IDLE,
    STATION_JOINING,
    STATION_JOINED,
} station_t;

// `lock` guards all fields. Its holder MUST NOT wait for lwIP's thread, which takes it for every
// frame. It may post events and send on the wire.
typedef struct {
    pthread_mutex_t lock;
    bool initialised;
    bool started;
    wifi_mode_t mode;
    wifi_sta_config_t sta;
    wifi_ap_config_t ap;
    uint8_t mac[WIFI_IF_MAX][6];
    esp_netif_t *netif; // of the station
    wire_t *wire;       // open while the station is on; NULL: no simulated world
    station_t station;
    // Number of L messages that the world has not confirmed yet. Messages before the confirmation
    // belong to the association that has ended.
    unsigned pending_leaves;
    wifi_ap_record_t joined; // while STATION_JOINED
    bool scanning;
    struct tx_frame *tx_queue; // oldest first
} wifi_t;

extern wifi_t wifi;

// The rest of a function that returns an esp_err_t: with the lock held, evaluates `check`, does
// `action` if that is ESP_OK, and returns `result`, which `action` may change.
#define WIFI_LOCKED(check, action) do { \
        pthread_mutex_lock(&wifi.lock); \
        esp_err_t result = (check); \
        if (result == ESP_OK) { \
            action; \
        } \
        pthread_mutex_unlock(&wifi.lock); \
        return result; \
} while (0)

// With the lock held.
esp_err_t wifi_check_initialised(void);
esp_err_t wifi_check_started(void);
esp_err_t wifi_check_station(void); // started, and in a mode with a station
bool wifi_parse_record(const uint8_t *payload, size_t length, wifi_ap_record_t *record);
void wifi_scan_record(const uint8_t *payload, size_t length);
void wifi_scan_end(void);

// esp_wifi_tx.c. The queue is cleared when the station leaves its network.
void wifi_tx_clear(void); // with the lock held
esp_err_t wifi_tx_transmit(void *driver, void *frame, size_t length); // lwIP's thread
