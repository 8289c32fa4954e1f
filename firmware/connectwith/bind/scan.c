// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// scan_start() and scan_result(): a Wi-Fi scan that nobody waits for. (WLAN.scan() stops Python for
// as long as it takes, two to three seconds on the ESP32.)

#include <string.h>

#include "py/runtime.h"

#include "esp_wifi.h"

#include "connectwith/bind/bind.h"
#include "connectwith/port/link_idf.h"

#define RECORDS_MAX (64)

static uint32_t scans_before;

// scan_start(): the station must be on. OSError: it is off, or busy joining a network.
static mp_obj_t connectwith_scan_start(void) {
    scans_before = link_scans();
    wifi_scan_config_t config = { 0 };
    config.show_hidden = true;
    esp_err_t err = esp_wifi_scan_start(&config, false);
    if (err != ESP_OK) {
        mp_raise_OSError(err);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_scan_start_obj, connectwith_scan_start);

static mp_obj_t scan_record(const wifi_ap_record_t *record) {
    const char *ssid = (const char *)record->ssid;
    mp_obj_t parts[] = {
        mp_obj_new_bytes((const byte *)ssid, strnlen(ssid, sizeof(record->ssid))),
        mp_obj_new_bytes(record->bssid, sizeof(record->bssid)),
        MP_OBJ_NEW_SMALL_INT(record->primary),
        MP_OBJ_NEW_SMALL_INT(record->rssi),
        mp_obj_new_bool(record->authmode == WIFI_AUTH_OPEN),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(parts), parts);
}

// scan_result(force) -> None while the scan runs, else a list of (ssid, bssid, channel, rssi,
// open). force: what there is, whether it runs or not. Empty when the radio went off meanwhile.
static mp_obj_t connectwith_scan_result(mp_obj_t force_in) {
    if (link_scans() == scans_before && !mp_obj_is_true(force_in)) {
        return mp_const_none;
    }
    mp_obj_t list = mp_obj_new_list(0, NULL);
    uint16_t count = 0;
    if (esp_wifi_scan_get_ap_num(&count) != ESP_OK || count == 0) {
        return list;
    }
    count = MIN(count, RECORDS_MAX);
    const size_t room = count;
    wifi_ap_record_t *records = m_new0(wifi_ap_record_t, room);
    if (esp_wifi_scan_get_ap_records(&count, records) == ESP_OK) {
        for (uint16_t i = 0; i < count; ++i) {
            mp_obj_list_append(list, scan_record(&records[i]));
        }
    }
    m_del(wifi_ap_record_t, records, room);
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_scan_result_obj, connectwith_scan_result);
