// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Settings of the radio that Python can write and read and that have no effect in the simulated
// world: channel, transmit power, protocols, bandwidth, power saving.

#include <string.h>

#include "esp_wifi.h"
#include "esp_wifi_ap_get_sta_list.h"
#include "wifi.h"

#define CHANNEL_MAX      14
#define TX_POWER_MIN     8  // 2 dBm, in quarters of a dBm
#define TX_POWER_MAX     84 // 21 dBm
#define PROTOCOLS        (WIFI_PROTOCOL_11B | WIFI_PROTOCOL_11G | WIFI_PROTOCOL_11N)
#define AP_KEY_LENGTH_MIN 8

// Guarded by wifi.lock.
static uint8_t channel = 1;
static wifi_second_chan_t second_channel;
static int8_t tx_power = 80;
static uint8_t protocols[WIFI_IF_MAX] = { PROTOCOLS, PROTOCOLS };
static wifi_bandwidth_t bandwidths[WIFI_IF_MAX] = { WIFI_BW20, WIFI_BW20 };
static wifi_ps_type_t power_saving = WIFI_PS_MIN_MODEM;

esp_err_t esp_wifi_set_storage(wifi_storage_t storage) {
    (void)storage; // nothing is ever stored, which is what MicroPython asks for
    return wifi_check_initialised();
}

esp_err_t esp_wifi_get_mode(wifi_mode_t *mode) {
    WIFI_LOCKED(wifi_check_initialised(), *mode = wifi.mode);
}

static esp_err_t set_sta_config(const wifi_sta_config_t *sta) {
    if (!(wifi.mode & WIFI_MODE_STA)) {
        return ESP_ERR_WIFI_MODE;
    }
    if (wifi.station == STATION_JOINING) {
        return ESP_ERR_WIFI_STATE;
    }
    wifi.sta = *sta;
    return ESP_OK;
}

static esp_err_t set_ap_config(const wifi_ap_config_t *ap) {
    if (!(wifi.mode & WIFI_MODE_AP)) {
        return ESP_ERR_WIFI_MODE;
    }
    size_t key = strnlen((const char *)ap->password, sizeof(ap->password));
    if (ap->authmode != WIFI_AUTH_OPEN && key < AP_KEY_LENGTH_MIN) {
        return ESP_ERR_WIFI_PASSWORD;
    }
    wifi.ap = *ap;
    return ESP_OK;
}

esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *config) {
    if (config == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_initialised(),
        result = interface == WIFI_IF_STA ? set_sta_config(&config->sta)
            : interface == WIFI_IF_AP ? set_ap_config(&config->ap) : ESP_ERR_WIFI_IF);
}

esp_err_t esp_wifi_get_config(wifi_interface_t interface, wifi_config_t *config) {
    if (config == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (interface >= WIFI_IF_MAX) {
        return ESP_ERR_WIFI_IF;
    }
    memset(config, 0, sizeof(*config));
    WIFI_LOCKED(wifi_check_initialised(), {
        if (interface == WIFI_IF_STA) {
            config->sta = wifi.sta;
        } else {
            config->ap = wifi.ap;
        }
    });
}

esp_err_t esp_wifi_ap_get_sta_list(wifi_sta_list_t *stations) {
    memset(stations, 0, sizeof(*stations)); // also on failure: upstream does not look
    WIFI_LOCKED(wifi_check_started(),
        result = wifi.mode & WIFI_MODE_AP ? ESP_OK : ESP_ERR_WIFI_MODE);
}

esp_err_t esp_wifi_ap_get_sta_list_with_ip(const wifi_sta_list_t *stations,
    wifi_sta_mac_ip_list_t *addresses) {
    memset(addresses, 0, sizeof(*addresses));
    return stations->num == 0 ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_wifi_get_mac(wifi_interface_t interface, uint8_t mac[6]) {
    if (interface >= WIFI_IF_MAX) {
        return ESP_ERR_WIFI_IF;
    }
    WIFI_LOCKED(wifi_check_initialised(), memcpy(mac, wifi.mac[interface], 6));
}

// The radio introduces itself with its address when it is switched on, so it must be off.
esp_err_t esp_wifi_set_mac(wifi_interface_t interface, const uint8_t mac[6]) {
    if (interface >= WIFI_IF_MAX) {
        return ESP_ERR_WIFI_IF;
    }
    if (mac[0] & 1) {
        return ESP_ERR_WIFI_MAC; // a group address
    }
    const unsigned bit = interface == WIFI_IF_STA ? WIFI_MODE_STA : WIFI_MODE_AP;
    WIFI_LOCKED(wifi_check_initialised(), {
        if (wifi.started && (wifi.mode & bit)) {
            result = ESP_ERR_WIFI_IF;
        } else {
            memcpy(wifi.mac[interface], mac, sizeof(wifi.mac[interface]));
        }
    });
}

esp_err_t esp_wifi_get_channel(uint8_t *primary, wifi_second_chan_t *second) {
    WIFI_LOCKED(wifi_check_initialised(), {
        *primary = wifi.station == STATION_JOINED ? wifi.joined.primary : channel;
        *second = second_channel;
    });
}

esp_err_t esp_wifi_set_channel(uint8_t primary, wifi_second_chan_t second) {
    if (primary < 1 || primary > CHANNEL_MAX || second > WIFI_SECOND_CHAN_BELOW) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_started(), {
        if (wifi.station != STATION_IDLE) {
            result = ESP_ERR_WIFI_STATE; // the access point sets the channel
        } else {
            channel = primary;
            second_channel = second;
        }
    });
}

esp_err_t esp_wifi_get_max_tx_power(int8_t *quarter_dbm) {
    WIFI_LOCKED(wifi_check_started(), *quarter_dbm = tx_power);
}

esp_err_t esp_wifi_set_max_tx_power(int8_t quarter_dbm) {
    if (quarter_dbm < TX_POWER_MIN || quarter_dbm > TX_POWER_MAX) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_started(), tx_power = quarter_dbm);
}

esp_err_t esp_wifi_get_protocol(wifi_interface_t interface, uint8_t *bitmap) {
    if (interface >= WIFI_IF_MAX) {
        return ESP_ERR_WIFI_IF;
    }
    WIFI_LOCKED(wifi_check_initialised(), *bitmap = protocols[interface]);
}

esp_err_t esp_wifi_set_protocol(wifi_interface_t interface, uint8_t bitmap) {
    if (interface >= WIFI_IF_MAX) {
        return ESP_ERR_WIFI_IF;
    }
    if (bitmap == 0 || (bitmap & ~(PROTOCOLS | WIFI_PROTOCOL_LR))) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_initialised(), protocols[interface] = bitmap);
}

esp_err_t esp_wifi_get_bandwidth(wifi_interface_t interface, wifi_bandwidth_t *bandwidth) {
    if (interface >= WIFI_IF_MAX) {
        return ESP_ERR_WIFI_IF;
    }
    WIFI_LOCKED(wifi_check_started(), *bandwidth = bandwidths[interface]);
}

esp_err_t esp_wifi_set_bandwidth(wifi_interface_t interface, wifi_bandwidth_t bandwidth) {
    if (interface >= WIFI_IF_MAX) {
        return ESP_ERR_WIFI_IF;
    }
    if (bandwidth != WIFI_BW20 && bandwidth != WIFI_BW40) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_started(), bandwidths[interface] = bandwidth);
}

esp_err_t esp_wifi_get_ps(wifi_ps_type_t *type) {
    WIFI_LOCKED(wifi_check_initialised(), *type = power_saving);
}

esp_err_t esp_wifi_set_ps(wifi_ps_type_t type) {
    if (type > WIFI_PS_MAX_MODEM) {
        return ESP_ERR_INVALID_ARG;
    }
    WIFI_LOCKED(wifi_check_initialised(), power_saving = type);
}
