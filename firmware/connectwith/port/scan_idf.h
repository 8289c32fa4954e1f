// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// A Wi-Fi scan that does not block. link_scans() of link_idf.h reports its end.

#ifndef CONNECTWITH_PORT_SCAN_IDF_H
#define CONNECTWITH_PORT_SCAN_IDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_SSID_MAX_BYTES (32) // IEEE 802.11-2020, 9.4.2.2

typedef struct {
    uint8_t ssid[SCAN_SSID_MAX_BYTES];
    uint8_t ssid_len;
    uint8_t bssid[6];
    uint8_t channel;
    int8_t rssi_dbm;
    bool open; // no key is needed
} scan_record_t;

// Starts a scan and returns at once. The records include hidden networks. ssid: scans for this
// network only, which then answers even if it is hidden; at most SCAN_SSID_MAX_BYTES; copied.
// NULL: all networks. Returns 0, or an error of ESP-IDF: the station is off, or joining a network.
int scan_begin(const char *ssid);

// Takes the next record, the strongest first. False: there is none left, or the radio is off.
bool scan_next(scan_record_t *record);

// Frees the remaining records. Not needed before scan_begin().
void scan_forget(void);

#endif
