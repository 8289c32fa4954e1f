// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Wi-Fi as a station sees it: join, leave, scan, access points that refuse or vanish. Times are
// shorter than on the air (a scan of all channels takes an ESP32 about 2.4 s) and can be set.

#include <string.h>

#include "netsim.h"

static void plan(client_t *client, todo_t todo, uint32_t in_ms, uint8_t reason) {
    client->todo = todo;
    client->todo_ms = due_in(in_ms);
    client->todo_reason = reason;
}

static bool on_air(const network_t *network) {
    return network->is_wifi && network->power && cable_up(network);
}

// The strongest access point on the air with this SSID, or NULL.
static network_t *find_ap(const uint8_t *ssid, size_t length) {
    network_t *best = NULL;
    for (size_t i = 0; i < world.network_count; i++) {
        network_t *ap = &world.networks[i];
        if (on_air(ap) && ap->ssid_len == length && memcmp(ap->ssid, ssid, length) == 0
            && (best == NULL || ap->rssi_dbm > best->rssi_dbm)) {
            best = ap;
        }
    }
    return best;
}

// A wrong key shows as a handshake that the AP lets time out. An ESP32 reports the first as
// 15 (4-way handshake timeout), which is also what noise looks like, and repeated ones as
// 202 (authentication failed); MicroPython calls only 202 and 205 a wrong password.
static void plan_wrong_key(client_t *client, const network_t *ap) {
    client->wrong_keys++;
    plan(client, TODO_FAIL, ap->wrong_key_ms,
        client->wrong_keys == 1 ? REASON_4WAY_HANDSHAKE_TIMEOUT : REASON_AUTH_FAIL);
}

static void plan_join(client_t *client, network_t *ap, const uint8_t *key, size_t key_len) {
    if (ap == NULL) {
        plan(client, TODO_FAIL, world.no_ap_ms, REASON_NO_AP_FOUND);
    } else if (ap->refuse != 0) {
        plan(client, TODO_FAIL, ap->association_ms, ap->refuse);
    } else if (ap->key[0] == '\0' && key_len > 0) {
        // ESP-IDF raises the threshold to WPA when a key is given.
        plan(client, TODO_FAIL, world.no_ap_ms, REASON_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD);
    } else if (ap->key[0] != '\0' && key_len == 0) {
        plan(client, TODO_FAIL, world.no_ap_ms, REASON_NO_AP_FOUND_W_COMPATIBLE_SECURITY);
    } else if (strlen(ap->key) != key_len || memcmp(ap->key, key, key_len) != 0) {
        plan_wrong_key(client, ap);
    } else {
        client->target = ap;
        plan(client, TODO_ASSOCIATE, ap->association_ms, 0);
    }
}

void station_join(client_t *client, const uint8_t *payload, size_t length) {
    const uint8_t *end = memchr(payload, '\0', length);
    size_t ssid_len = end != NULL ? (size_t)(end - payload) : 0;
    size_t key_len = end != NULL ? length - ssid_len - 1 : 0;
    if (end == NULL || ssid_len > SSID_MAX || key_len > KEY_MAX) {
        return;
    }
    nat_close(client);
    plan_join(client, find_ap(payload, ssid_len), end + 1, key_len);
}

static void lose(client_t *client, uint8_t reason) {
    nat_close(client);
    client->todo = TODO_NONE;
    wire_send(client, 'D', &reason, 1);
    control_event("left %u %u", client->id, reason);
}

void station_leave(client_t *client) {
    bool busy = client->network != NULL || client->todo == TODO_ASSOCIATE
        || client->todo == TODO_FAIL;
    client->wrong_keys = 0;
    if (busy) {
        lose(client, REASON_ASSOC_LEAVE);
    }
}

void station_scan(client_t *client) {
    client->scan_ms = due_in(world.scan_ms);   // asked twice: one answer
}

static size_t describe(const network_t *ap, uint8_t record[9]) {
    memcpy(record, ap->bssid, 6);
    record[6] = ap->channel;
    record[7] = (uint8_t)ap->rssi_dbm;
    record[8] = ap->key[0] != '\0' ? AUTH_WPA2_PSK : AUTH_OPEN;
    return 9;
}

void station_scan_due(client_t *client) {
    client->scan_ms = INT64_MAX;
    for (size_t i = 0; i < world.network_count; i++) {
        const network_t *ap = &world.networks[i];
        if (on_air(ap)) {
            uint8_t record[9 + SSID_MAX];
            size_t length = describe(ap, record);
            memcpy(record + length, ap->ssid, ap->ssid_len);
            wire_send(client, 'A', record, length + ap->ssid_len);
        }
    }
    wire_send(client, 'E', NULL, 0);
}

static void associate(client_t *client) {
    network_t *ap = client->target;
    if (!on_air(ap)) {
        lose(client, REASON_NO_AP_FOUND);
    } else if (ap->refuse != 0) {
        lose(client, ap->refuse);
    } else if (!nat_open(client, ap)) {
        lose(client, 203);   // association failed; the machine is out of memory
    } else {
        client->wrong_keys = 0;
        uint8_t record[9];
        wire_send(client, 'U', record, describe(ap, record));
        control_event("joined %u %s", client->id, ap->name);
    }
}

void station_due(client_t *client) {
    todo_t todo = client->todo;
    client->todo = TODO_NONE;
    if (todo == TODO_ASSOCIATE) {
        associate(client);
    } else if (todo == TODO_FAIL || todo == TODO_BEACON_LOST) {
        lose(client, client->todo_reason);
    }
}

void station_ap_changed(network_t *network) {
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        client_t *client = &world.clients[i];
        if (client->fd < 0 || client->network != network) {
            continue;
        }
        if (!on_air(network)) {
            if (client->todo != TODO_BEACON_LOST) {
                plan(client, TODO_BEACON_LOST, network->beacon_ms, REASON_BEACON_TIMEOUT);
            }
        } else if (client->todo == TODO_BEACON_LOST) {
            client->todo = TODO_NONE;   // back before the station noticed
        }
    }
}

void station_kick(network_t *network, uint8_t reason) {
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        client_t *client = &world.clients[i];
        if (client->fd >= 0 && client->network == network) {
            lose(client, reason);
        }
    }
}
