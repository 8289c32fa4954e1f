// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/scan_idf.h"

#include <string.h>

#include "esp_wifi.h"

int scan_begin(const char *ssid) {
    static char kept[SCAN_SSID_MAX_BYTES + 1];
    wifi_scan_config_t config = { 0 };
    if (ssid != NULL) {
        strncpy(kept, ssid, SCAN_SSID_MAX_BYTES);
        config.ssid = (uint8_t *)kept;
    }
    config.show_hidden = true;
    return esp_wifi_scan_start(&config, false);
}

bool scan_next(scan_record_t *record) {
    wifi_ap_record_t found;
    if (esp_wifi_scan_get_ap_record(&found) != ESP_OK) {
        return false;
    }
    record->ssid_len = (uint8_t)strnlen((const char *)found.ssid, sizeof(record->ssid));
    memcpy(record->ssid, found.ssid, record->ssid_len);
    memcpy(record->bssid, found.bssid, sizeof(record->bssid));
    record->channel = found.primary;
    record->rssi_dbm = found.rssi;
    record->open = found.authmode == WIFI_AUTH_OPEN;
    return true;
}

void scan_forget(void) {
    esp_wifi_clear_ap_list();
}
