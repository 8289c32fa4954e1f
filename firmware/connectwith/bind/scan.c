// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// scan_start() and scan_result(): a Wi-Fi scan that does not block. (WLAN.scan() blocks Python for
// the whole scan, two to three seconds on the ESP32.)

#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/port/link_idf.h"
#include "connectwith/port/scan_idf.h"

#define RECORDS_MAX (64)

static uint32_t scans_before;

// scan_start([ssid]): starts a scan for one SSID, or for all. The station must be on. OSError: it
// is off, or joining a network.
static mp_obj_t connectwith_scan_start(size_t n_args, const mp_obj_t *args) {
    const char *ssid = n_args > 0 ? mp_obj_str_get_str(args[0]) : NULL;
    scans_before = link_scans();
    int err = scan_begin(ssid);
    if (err != 0) {
        mp_raise_OSError(err);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_scan_start_obj, 0, 1, connectwith_scan_start);

static mp_obj_t scan_record(const scan_record_t *record) {
    mp_obj_t parts[] = {
        mp_obj_new_bytes(record->ssid, record->ssid_len),
        mp_obj_new_bytes(record->bssid, sizeof(record->bssid)),
        MP_OBJ_NEW_SMALL_INT(record->channel),
        MP_OBJ_NEW_SMALL_INT(record->rssi_dbm),
        mp_obj_new_bool(record->open),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(parts), parts);
}

// scan_result(force) -> None while the scan runs, else a list of (ssid, bssid, channel, rssi,
// open). force: returns the records found so far although the scan runs. The list is empty after
// the radio went off.
static mp_obj_t connectwith_scan_result(mp_obj_t force_in) {
    if (link_scans() == scans_before && !mp_obj_is_true(force_in)) {
        return mp_const_none;
    }
    mp_obj_t list = mp_obj_new_list(0, NULL);
    scan_record_t record;
    for (size_t i = 0; i < RECORDS_MAX && scan_next(&record); ++i) {
        mp_obj_list_append(list, scan_record(&record));
    }
    scan_forget();
    return list;
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_scan_result_obj, connectwith_scan_result);
