// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shared by the files of the Wi-Fi driver, which is one thing with one lock in several files:
//
//   esp_wifi.c           radio on and off, one association
//   esp_wifi_air.c       frames on their way out
//   esp_wifi_scan.c      scan
//   esp_wifi_settings.c  everything that is only kept

#pragma once

#include <pthread.h>

#include "esp_wifi.h"
#include "wire.h"

typedef enum {
    STATION_IDLE,
    STATION_JOINING,
    STATION_JOINED,
} station_t;

// Everything is guarded by lock. Whoever holds it MUST NOT wait for lwIP's thread, which takes it
// for every frame; posting events and sending on the wire are fine.
typedef struct {
    pthread_mutex_t lock;
    bool initialised;
    bool started;
    wifi_mode_t mode;
    wifi_sta_config_t sta;
    wifi_ap_config_t ap;
    uint8_t mac[WIFI_IF_MAX][6];
    esp_netif_t *netif; // of the station
    wire_t *wire;       // open while the station is on; NULL: nobody is on the air
    station_t station;
    // How often the world was told that the station leaves and has not confirmed it yet. What
    // comes until then belongs to the association that has ended.
    unsigned farewells;
    wifi_ap_record_t joined; // while STATION_JOINED
    bool scanning;
    struct air *air;         // frames that wait to be sent, oldest first
} wifi_t;

extern wifi_t wifi;

// The rest of a function that returns an esp_err_t: with the lock held, evaluates `check`, does `action`
// if that is ESP_OK, and returns `result`, which `action` may change.
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

// esp_wifi_air.c. What waits is lost when the station leaves its network.
void wifi_air_forget(void); // with the lock held
esp_err_t wifi_air_transmit(void *driver, void *frame, size_t length); // lwIP's thread
