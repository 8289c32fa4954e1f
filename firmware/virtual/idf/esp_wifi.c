// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "esp_wifi.h"

#include <string.h>

#include "esp_mac.h"
#include "lwip/tcpip.h"
#include "lwip/timeouts.h"
#include "wifi.h"

// Duration of an attempt without an access point: an ESP32 scans all channels and gives up.
#define NO_AP_MS 2000
// The world always answers a join. This ends the attempt if it does not.
#define NO_ANSWER_MS    30000

ESP_EVENT_DEFINE_BASE(WIFI_EVENT);

wifi_t wifi = { .lock = PTHREAD_MUTEX_INITIALIZER };

esp_err_t wifi_check_initialised(void) {
    return wifi.initialised ? ESP_OK : ESP_ERR_WIFI_NOT_INIT;
}

esp_err_t wifi_check_started(void) {
    esp_err_t result = wifi_check_initialised();
    return result == ESP_OK && !wifi.started ? ESP_ERR_WIFI_NOT_STARTED : result;
}

esp_err_t wifi_check_station(void) {
    esp_err_t result = wifi_check_started();
    return result == ESP_OK && !(wifi.mode & WIFI_MODE_STA) ? ESP_ERR_WIFI_MODE : result;
}

static void post(wifi_event_t id, const void *data, size_t size) {
    esp_event_post(WIFI_EVENT, (int32_t)id, data, size, 0);
}

// Association. The lock is held in all of these.

static void joined(const wifi_ap_record_t *ap) {
    bool is_new = wifi.station == STATION_JOINING;
    wifi.station = STATION_JOINED;
    wifi.joined = *ap;
    memcpy(wifi.joined.ssid, wifi.sta.ssid, sizeof(wifi.sta.ssid));
    if (is_new) { // otherwise only the signal strength has changed
        wifi_event_sta_connected_t event = { .channel = ap->primary, .authmode = ap->authmode };
        memcpy(event.ssid, wifi.sta.ssid, sizeof(event.ssid));
        event.ssid_len = (uint8_t)strnlen((char *)event.ssid, sizeof(event.ssid));
        memcpy(event.bssid, ap->bssid, sizeof(event.bssid));
        post(WIFI_EVENT_STA_CONNECTED, &event, sizeof(event));
    }
}

// bssid: of the access point that has ended the association; NULL: none.
static void lost(uint8_t reason, const uint8_t *bssid) {
    wifi_event_sta_disconnected_t event = { .reason = reason != 0 ? reason
        : WIFI_REASON_UNSPECIFIED };
    memcpy(event.ssid, wifi.sta.ssid, sizeof(event.ssid));
    event.ssid_len = (uint8_t)strnlen((char *)event.ssid, sizeof(event.ssid));
    if (wifi.station == STATION_JOINED) {
        bssid = wifi.joined.bssid;
        event.rssi = wifi.joined.rssi;
    }
    if (bssid != NULL) {
        memcpy(event.bssid, bssid, sizeof(event.bssid));
    }
    wifi.station = STATION_IDLE;
    wifi_tx_clear();
    post(WIFI_EVENT_STA_DISCONNECTED, &event, sizeof(event));
}

static void leave(uint8_t reason) {
    if (wifi.station != STATION_IDLE) {
        if (wifi.wire != NULL && wire_send(wifi.wire, 'L', NULL, 0)) {
            wifi.pending_leaves++;
        }
        lost(reason, NULL);
    }
}

static uint8_t *append(uint8_t *to, const void *what, size_t length) {
    memcpy(to, what, length);
    return to + length;
}

// Joins the first access point that is found, as WIFI_FAST_SCAN does, which MicroPython does not
// change. With a BSSID, joins that access point only.
static void join(void) {
    wifi.station = STATION_JOINING;
    if (wifi.wire != NULL) {
        uint8_t request[sizeof(wifi.sta.bssid) + sizeof(wifi.sta.ssid) + 1
            + sizeof(wifi.sta.password)];
        size_t ssid = strnlen((char *)wifi.sta.ssid, sizeof(wifi.sta.ssid));
        size_t key = strnlen((char *)wifi.sta.password, sizeof(wifi.sta.password));
        uint8_t *end = request;
        if (wifi.sta.bssid_set) {
            end = append(end, wifi.sta.bssid, sizeof(wifi.sta.bssid));
        }
        end = append(append(end, wifi.sta.ssid, ssid), "", 1);
        end = append(end, wifi.sta.password, key);
        wire_send(wifi.wire, wifi.sta.bssid_set ? 'B' : 'J', request, (size_t)(end - request));
        explicit_bzero(request, sizeof(request));
    }
}

bool wifi_parse_record(const uint8_t *payload, size_t length, wifi_ap_record_t *record) {
    memset(record, 0, sizeof(*record));
    if (length < 9 || length > 9 + sizeof(wifi.sta.ssid)) {
        return false;
    }
    memcpy(record->bssid, payload, 6);
    record->primary = payload[6];
    record->rssi = (int8_t)payload[7];
    record->authmode = payload[8] < WIFI_AUTH_MAX ? payload[8] : WIFI_AUTH_OPEN;
    memcpy(record->ssid, payload + 9, length - 9);
    return true;
}

static void on_world_gone(void) {
    wire_close(wifi.wire);
    wifi.wire = NULL;
    wifi.pending_leaves = 0;
    wifi_scan_end();
    if (wifi.station == STATION_JOINED) {
        lost(WIFI_REASON_BEACON_TIMEOUT, NULL);
    } else if (wifi.station == STATION_JOINING) {
        lost(WIFI_REASON_NO_AP_FOUND, NULL);
    }
}

static void on_message(uint8_t type, const uint8_t *payload, size_t length) {
    wifi_ap_record_t ap;
    if (type == WIRE_GONE) {
        on_world_gone();
    } else if (type == 'U' && wifi.pending_leaves == 0 && wifi.station != STATION_IDLE) {
        if (wifi_parse_record(payload, length, &ap)) {
            joined(&ap);
        }
    } else if (type == 'D' && wifi.pending_leaves > 0) {
        wifi.pending_leaves--;
    } else if (type == 'D' && wifi.station != STATION_IDLE && length >= 1) {
        lost(payload[0], length >= 7 ? payload + 1 : NULL);
    } else if (type == 'A') {
        wifi_scan_record(payload, length);
    } else if (type == 'E') {
        wifi_scan_end();
    }
}

static void on_wire(wire_t *wire, void *arg, uint8_t type, const uint8_t *payload,
    size_t length) {
    (void)arg;
    esp_netif_t *receiver = NULL;
    pthread_mutex_lock(&wifi.lock);
    if (wire == wifi.wire) {
        if (type != 'F') {
            on_message(type, payload, length);
        } else if (wifi.station == STATION_JOINED && wifi.pending_leaves == 0) {
            receiver = wifi.netif;
        }
    }
    pthread_mutex_unlock(&wifi.lock);
    if (receiver != NULL) {
        esp_netif_receive(receiver, payload, length);
    }
}

// The timeout of an attempt. Both functions run in lwIP's thread, whose timers they use.

static void on_no_answer(void *arg) {
    (void)arg;
    pthread_mutex_lock(&wifi.lock);
    if (wifi.station == STATION_JOINING) {
        leave(wifi.wire != NULL ? WIFI_REASON_AUTH_EXPIRE : WIFI_REASON_NO_AP_FOUND);
    }
    pthread_mutex_unlock(&wifi.lock);
}

static void set_timer(void *arg) {
    (void)arg;
    pthread_mutex_lock(&wifi.lock);
    bool joining = wifi.station == STATION_JOINING;
    uint32_t timeout_ms = wifi.wire != NULL ? NO_ANSWER_MS : NO_AP_MS;
    pthread_mutex_unlock(&wifi.lock);
    sys_untimeout(on_no_answer, NULL);
    if (joining) {
        sys_timeout(timeout_ms, on_no_answer, NULL);
    }
}

esp_err_t esp_wifi_connect(void) {
    pthread_mutex_lock(&wifi.lock);
    esp_err_t result = wifi_check_station();
    if (result == ESP_OK && wifi.station == STATION_JOINING) {
        result = ESP_ERR_WIFI_CONN;
    } else if (result == ESP_OK && wifi.sta.ssid[0] == '\0') {
        result = ESP_ERR_WIFI_SSID;
    } else if (result == ESP_OK) {
        leave(WIFI_REASON_ASSOC_LEAVE);
        join();
    }
    pthread_mutex_unlock(&wifi.lock);
    if (result == ESP_OK) {
        tcpip_callback(set_timer, NULL);
    }
    return result;
}

esp_err_t esp_wifi_disconnect(void) {
    WIFI_LOCKED(wifi_check_started(), leave(WIFI_REASON_ASSOC_LEAVE));
}

esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *record) {
    if (record == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi.station == STATION_JOINED ? ESP_OK : ESP_ERR_WIFI_NOT_CONNECT,
        *record = wifi.joined);
}

// On and off

static void switch_station(bool on) {
    if (on) {
        wifi.wire = wire_open("wifi", wifi.mac[WIFI_IF_STA], on_wire, NULL);
        post(WIFI_EVENT_STA_START, NULL, 0);
    } else {
        leave(WIFI_REASON_ASSOC_LEAVE);
        wire_close(wifi.wire);
        wifi.wire = NULL;
        wifi.pending_leaves = 0;
        wifi_scan_end();
        post(WIFI_EVENT_STA_STOP, NULL, 0);
    }
}

// Changes the mode.
static void switch_to(wifi_mode_t was, wifi_mode_t wanted) {
    unsigned change = was ^ wanted;
    if (change & WIFI_MODE_STA) {
        switch_station(wanted & WIFI_MODE_STA);
    }
    if (change & WIFI_MODE_AP) {
        post(wanted & WIFI_MODE_AP ? WIFI_EVENT_AP_START : WIFI_EVENT_AP_STOP, NULL, 0);
    }
}

static void default_ap_config(void) {
    const uint8_t *mac = wifi.mac[WIFI_IF_AP];
    wifi.ap = (wifi_ap_config_t) { .channel = 1, .max_connection = 4, .beacon_interval = 100 };
    wifi.ap.ssid_len = (uint8_t)snprintf((char *)wifi.ap.ssid, sizeof(wifi.ap.ssid),
        "ESP_%02X%02X%02X", mac[3], mac[4], mac[5]);
}

esp_err_t esp_wifi_init(const wifi_init_config_t *config) {
    if (config == NULL || config->magic != WIFI_INIT_CONFIG_MAGIC) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&wifi.lock);
    if (!wifi.initialised) {
        wifi.initialised = true;
        wifi.mode = WIFI_MODE_STA;
        esp_read_mac(wifi.mac[WIFI_IF_STA], ESP_MAC_WIFI_STA);
        esp_read_mac(wifi.mac[WIFI_IF_AP], ESP_MAC_WIFI_SOFTAP);
        default_ap_config();
    }
    pthread_mutex_unlock(&wifi.lock);
    return ESP_OK;
}

esp_err_t esp_wifi_start(void) {
    WIFI_LOCKED(wifi_check_initialised(), {
        if (!wifi.started) {
            wifi.started = true;
            switch_to(WIFI_MODE_NULL, wifi.mode);
        }
    });
}

esp_err_t esp_wifi_stop(void) {
    pthread_mutex_lock(&wifi.lock);
    esp_err_t result = wifi_check_initialised();
    bool stopped = result == ESP_OK && wifi.started;
    if (stopped) {
        wifi.started = false;
        switch_to(wifi.mode, WIFI_MODE_NULL);
    }
    pthread_mutex_unlock(&wifi.lock);
    if (stopped) {
        tcpip_callback(set_timer, NULL);
    }
    return result;
}

esp_err_t esp_wifi_set_mode(wifi_mode_t mode) {
    if (mode >= WIFI_MODE_MAX) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_initialised(), {
        wifi_mode_t was = wifi.mode;
        wifi.mode = mode;
        if (wifi.started) {
            switch_to(was, mode);
        }
    });
}

// Interfaces

// No station ever joins the soft access point, so there is no receiver.
static esp_err_t discard_frame(void *driver, void *frame, size_t length) {
    (void)driver, (void)frame, (void)length;
    return ESP_OK;
}

static void on_start(void *netif, esp_event_base_t base, int32_t id, void *data) {
    uint8_t mac[6];
    if (esp_wifi_get_mac(id == WIFI_EVENT_AP_START ? WIFI_IF_AP : WIFI_IF_STA, mac) == ESP_OK) {
        esp_netif_set_mac(netif, mac);
    }
    esp_netif_action_start(netif, base, id, data);
}

static esp_netif_t *create(const esp_netif_config_t *config, wifi_event_t start,
    wifi_event_t stop) {
    esp_netif_t *netif = esp_netif_new(config);
    if (netif == NULL
        || esp_event_handler_register(WIFI_EVENT, (int32_t)start, on_start, netif) != ESP_OK
        || esp_event_handler_register(WIFI_EVENT, (int32_t)stop, esp_netif_action_stop,
            netif) != ESP_OK) {
        return NULL;
    }
    return netif;
}

esp_netif_t *esp_netif_create_default_wifi_sta(void) {
    esp_netif_driver_ifconfig_t driver = { .handle = &wifi, .transmit = wifi_tx_transmit };
    esp_netif_config_t config = ESP_NETIF_DEFAULT_WIFI_STA();
    config.driver = &driver;
    esp_netif_t *netif = create(&config, WIFI_EVENT_STA_START, WIFI_EVENT_STA_STOP);
    if (netif == NULL
        || esp_event_handler_register(WIFI_EVENT, WIFI_EVENT_STA_CONNECTED,
            esp_netif_action_connected, netif) != ESP_OK
        || esp_event_handler_register(WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED,
            esp_netif_action_disconnected, netif) != ESP_OK) {
        return NULL;
    }
    pthread_mutex_lock(&wifi.lock);
    wifi.netif = netif;
    pthread_mutex_unlock(&wifi.lock);
    return netif;
}

esp_netif_t *esp_netif_create_default_wifi_ap(void) {
    esp_netif_driver_ifconfig_t driver = { .handle = &wifi, .transmit = discard_frame };
    esp_netif_config_t config = ESP_NETIF_DEFAULT_WIFI_AP();
    config.driver = &driver;
    return create(&config, WIFI_EVENT_AP_START, WIFI_EVENT_AP_STOP);
}
