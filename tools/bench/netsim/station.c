// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Wi-Fi as a station sees it: join, leave, scan, access points that refuse or vanish. Times are
// shorter than on the air (a scan of all channels takes an ESP32 about 2.4 s) and can be set.

#include <string.h>

#include "netsim.h"

// How long a station waits for an answer to its authentication.
static const uint32_t mute_ms = 1000;

static void plan(client_t *client, todo_t todo, const uint32_t *takes_ms, uint8_t reason) {
    client->todo = todo;
    client->todo_takes_ms = takes_ms;
    client->todo_ms = due_in(*takes_ms);
    client->todo_reason = reason;
}

static bool on_air(const network_t *network) {
    return network->is_wifi && network->power && cable_up(network);
}

// What a station asks for.
typedef struct {
    const uint8_t *bssid;   // NULL: any
    const uint8_t *ssid;
    size_t ssid_len;
    const uint8_t *key;
    size_t key_len;
} wanted_t;

static bool has_ssid(const network_t *ap, const uint8_t *ssid, size_t length) {
    return ap->ssid_len == length && memcmp(ap->ssid, ssid, length) == 0;
}

static bool is_wanted(const network_t *ap, const wanted_t *wanted) {
    return on_air(ap) && has_ssid(ap, wanted->ssid, wanted->ssid_len)
           && (wanted->bssid == NULL || memcmp(ap->bssid, wanted->bssid, 6) == 0);
}

static bool is_secure(const network_t *ap) {
    return ap->key[0] != '\0';
}

// Which of two matching access points a station finds first. WIFI_FAST_SCAN, ESP-IDF's default and
// MicroPython's choice, goes from channel to channel and ends with the first one that it finds
// (ESP-IDF, Wi-Fi Driver, "Scan for Specific AP On All Channels").
static bool is_found_before(const network_t *a, const network_t *b) {
    return a->channel != b->channel ? a->channel < b->channel : a->rssi_dbm > b->rssi_dbm;
}

// The access point that a join finds, or NULL. fits: it is open where the join has no key, and
// protected where it has one. One that does not fit is found only if no other one does.
static network_t *find_ap(const wanted_t *wanted, bool *fits) {
    network_t *found = NULL;
    *fits = false;
    for (size_t i = 0; i < world.network_count; i++) {
        network_t *ap = &world.networks[i];
        if (is_wanted(ap, wanted)) {
            bool fit = is_secure(ap) == (wanted->key_len > 0);
            if (found == NULL || (fit && !*fits) || (fit == *fits && is_found_before(ap, found))) {
                found = ap;
                *fits = fit;
            }
        }
    }
    return found;
}

// A wrong key shows as a handshake that the AP lets time out. An ESP32 reports the first as
// 15 (4-way handshake timeout), which is also what noise looks like, and repeated ones as
// 202 (authentication failed); MicroPython calls only 202 and 205 a wrong password.
static void plan_wrong_key(client_t *client, const network_t *ap) {
    client->wrong_keys++;
    plan(client, TODO_FAIL, &ap->wrong_key_ms,
        client->wrong_keys == 1 ? REASON_4WAY_HANDSHAKE_TIMEOUT : REASON_AUTH_FAIL);
}

static void plan_join(client_t *client, const wanted_t *wanted) {
    bool fits;
    network_t *ap = find_ap(wanted, &fits);
    client->target = fits ? ap : NULL;
    if (ap == NULL) {
        plan(client, TODO_FAIL, &world.no_ap_ms, REASON_NO_AP_FOUND);
    } else if (!fits) {
        // ESP-IDF raises the threshold to WPA when a key is given.
        plan(client, TODO_FAIL, &world.no_ap_ms, is_secure(ap)
            ? REASON_NO_AP_FOUND_W_COMPATIBLE_SECURITY
            : REASON_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD);
    } else if (ap->mute) {
        plan(client, TODO_FAIL, &mute_ms, REASON_AUTH_EXPIRE);
    } else if (ap->refuse != 0) {
        plan(client, TODO_FAIL, &ap->association_ms, ap->refuse);
    } else if (strlen(ap->key) != wanted->key_len
        || memcmp(ap->key, wanted->key, wanted->key_len) != 0) {
        plan_wrong_key(client, ap);
    } else {
        plan(client, TODO_ASSOCIATE, &ap->association_ms, 0);
    }
}

void station_join(client_t *client, bool by_bssid, const uint8_t *payload, size_t length) {
    wanted_t wanted = { 0 };
    if (by_bssid) {
        if (length < 6) {
            return;
        }
        wanted.bssid = payload;
        payload += 6;
        length -= 6;
    }
    const uint8_t *end = memchr(payload, '\0', length);
    if (end == NULL || end - payload > SSID_MAX
        || length - (size_t)(end - payload) - 1 > KEY_MAX) {
        return;
    }
    wanted.ssid = payload;
    wanted.ssid_len = (size_t)(end - payload);
    wanted.key = end + 1;
    wanted.key_len = length - wanted.ssid_len - 1;
    nat_close(client);
    plan_join(client, &wanted);
}

// Ends the association or the join, and tells the station its reason and access point, if any.
static void lose(client_t *client, uint8_t reason) {
    const network_t *ap = client->target;
    uint8_t message[7] = { reason };
    if (ap != NULL) {
        memcpy(message + 1, ap->bssid, 6);
    }
    nat_close(client);
    client->todo = TODO_NONE;
    client->target = NULL;
    wire_send(client, 'D', message, ap != NULL ? 7 : 1);
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

void station_scan(client_t *client, const uint8_t *ssid, size_t length) {
    if (length <= SSID_MAX) {
        client->scan_ms = due_in(world.scan_ms);   // asked twice: one answer, to the last question
        client->scan_ssid_len = (uint8_t)length;
        memcpy(client->scan_ssid, ssid, length);
    }
}

static size_t describe(const network_t *ap, uint8_t record[9]) {
    memcpy(record, ap->bssid, 6);
    record[6] = ap->channel;
    record[7] = (uint8_t)ap->rssi_dbm;
    record[8] = is_secure(ap) ? AUTH_WPA2_PSK : AUTH_OPEN;
    return 9;
}

// Sends the scan record of an access point. A hidden one shows its SSID only to a scan for it (IEEE
// 802.11-2020, 11.1.4.3.4: a probe request with another SSID than its own is not answered).
static void send_record(client_t *client, const network_t *ap) {
    bool asked = client->scan_ssid_len > 0;
    if (asked && !has_ssid(ap, client->scan_ssid, client->scan_ssid_len)) {
        return;
    }
    uint8_t record[9 + SSID_MAX];
    size_t length = describe(ap, record);
    if (asked || !ap->hidden) {
        memcpy(record + length, ap->ssid, ap->ssid_len);
        length += ap->ssid_len;
    }
    wire_send(client, 'A', record, length);
}

void station_scan_due(client_t *client) {
    client->scan_ms = INT64_MAX;
    for (size_t i = 0; i < world.network_count; i++) {
        if (on_air(&world.networks[i])) {
            send_record(client, &world.networks[i]);
        }
    }
    wire_send(client, 'E', NULL, 0);
}

static void associate(client_t *client) {
    network_t *ap = client->target;
    if (!on_air(ap)) {
        client->target = NULL;
        lose(client, REASON_NO_AP_FOUND);
    } else if (ap->mute) {
        lose(client, REASON_AUTH_EXPIRE);
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
                plan(client, TODO_BEACON_LOST, &network->beacon_ms, REASON_BEACON_TIMEOUT);
            }
        } else if (client->todo == TODO_BEACON_LOST) {
            client->todo = TODO_NONE;   // back before the station noticed
        }
    }
}

// Stations that are in learn the signal at once; from beacons they would within 100 ms.
void station_signal_changed(network_t *network) {
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        client_t *client = &world.clients[i];
        if (client->fd >= 0 && client->network == network) {
            uint8_t record[9];
            wire_send(client, 'U', record, describe(network, record));
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
