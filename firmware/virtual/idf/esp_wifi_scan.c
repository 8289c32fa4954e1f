// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#define _GNU_SOURCE // pthread_cond_clockwait

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "esp_wifi.h"
#include "wifi.h"

#define SCAN_RECORDS_MAX 64
// The world always ends a scan. This ends it if the world does not; the records so far are
// returned.
#define SCAN_LIMIT_S     10

// Guarded by wifi.lock, as wifi.scanning is.
static wifi_ap_record_t records[SCAN_RECORDS_MAX];
static uint16_t record_count;
static pthread_cond_t scan_ended = PTHREAD_COND_INITIALIZER;

static int stronger_first(const void *a, const void *b) {
    return ((const wifi_ap_record_t *)b)->rssi - ((const wifi_ap_record_t *)a)->rssi;
}

void wifi_scan_record(const uint8_t *payload, size_t length) {
    if (wifi.scanning && record_count < SCAN_RECORDS_MAX
        && wifi_parse_record(payload, length, &records[record_count])) {
        record_count++;
    }
}

void wifi_scan_end(void) {
    if (wifi.scanning) {
        wifi.scanning = false;
        qsort(records, record_count, sizeof(records[0]), stronger_first);
        wifi_event_sta_scan_done_t event = { .number = (uint8_t)record_count };
        esp_event_post(WIFI_EVENT, WIFI_EVENT_SCAN_DONE, &event, sizeof(event), 0);
        pthread_cond_broadcast(&scan_ended);
    }
}

static void await_end(void) {
    struct timespec limit = board_timespec(board_monotonic_us() + SCAN_LIMIT_S * 1000000);
    while (wifi.scanning
        && pthread_cond_clockwait(&scan_ended, &wifi.lock, CLOCK_MONOTONIC, &limit)
        != ETIMEDOUT) {
    }
    wifi_scan_end();
}

// Scans for one SSID or for all networks are supported, not those for a BSSID or a channel.
static bool is_known(const wifi_scan_config_t *config) {
    return config == NULL || (config->bssid == NULL && config->channel == 0);
}

static bool ask(const wifi_scan_config_t *config) {
    const char *ssid = config != NULL && config->ssid != NULL ? (const char *)config->ssid : "";
    return wifi.wire != NULL && wire_send(wifi.wire, 'S', ssid, strnlen(ssid, 32));
}

esp_err_t esp_wifi_scan_start(const wifi_scan_config_t *config, bool block) {
    if (!is_known(config)) {
        return ESP_ERR_NOT_SUPPORTED;
    }
    pthread_mutex_lock(&wifi.lock);
    esp_err_t result = wifi_check_station();
    if (result == ESP_OK && (wifi.scanning || wifi.station == STATION_JOINING)) {
        result = ESP_ERR_WIFI_STATE;
    } else if (result == ESP_OK) {
        record_count = 0;
        wifi.scanning = true;
        if (!ask(config)) {
            wifi_scan_end(); // no simulated world
        } else if (block) {
            await_end();
        }
    }
    pthread_mutex_unlock(&wifi.lock);
    return result;
}

esp_err_t esp_wifi_scan_get_ap_num(uint16_t *count) {
    if (count == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    *count = 0; // also on failure: upstream does not look
    WIFI_LOCKED(wifi_check_started(), *count = wifi.scanning ? 0 : record_count);
}

esp_err_t esp_wifi_scan_get_ap_records(uint16_t *count, wifi_ap_record_t *out) {
    if (count == NULL || out == NULL || *count == 0) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_started(), {
        uint16_t available = wifi.scanning ? 0 : record_count;
        *count = *count < available ? *count : available;
        memcpy(out, records, *count * sizeof(*out));
        record_count = wifi.scanning ? record_count : 0;
    });
}

esp_err_t esp_wifi_scan_get_ap_record(wifi_ap_record_t *out) {
    if (out == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_started(), {
        if (wifi.scanning || record_count == 0) {
            result = ESP_FAIL;
        } else {
            *out = records[0];
            record_count--;
            memmove(&records[0], &records[1], record_count * sizeof(records[0]));
        }
    });
}

esp_err_t esp_wifi_clear_ap_list(void) {
    WIFI_LOCKED(wifi_check_started(), record_count = wifi.scanning ? record_count : 0);
}
