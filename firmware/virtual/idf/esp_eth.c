// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#define _GNU_SOURCE // pthread_cond_clockwait

#include "esp_eth.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "esp_mac.h"
#include "w5500.h"
#include "wire.h"

#define CHIP_ANSWER_MS 1000

#define REGISTER_VERSION 0x0039 // VERSIONR, in the common register block
#define VERSION_W5500    0x04

ESP_EVENT_DEFINE_BASE(ETH_EVENT);

// One of each is enough: an ESP32 has one controller, the simulated board one W5500. MicroPython
// never deletes what a failed installation leaves behind.
struct esp_eth_mac_s {
    bool is_w5500;
};
static esp_eth_mac_t w5500_mac = { .is_w5500 = true };
static esp_eth_mac_t esp32_mac;

struct esp_eth_phy_s {
    bool is_w5500;
};
static esp_eth_phy_t w5500_phy = { .is_w5500 = true };
static esp_eth_phy_t other_phy;

struct esp_eth_netif_glue_t {
    esp_netif_driver_base_t base; // first, see esp_netif_attach()
};

// Everything is guarded by lock. Whoever holds it MUST NOT wait for lwIP's thread, which takes it
// for every frame.
static struct {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool installed;
    bool started;
    bool link;
    bool chip;          // the last answer
    unsigned questions; // not answered yet; what comes before the answers belongs to the past
    uint8_t mac[6];
    wire_t *wire;       // NULL: no world
    esp_netif_t *netif;
    struct esp_eth_netif_glue_t glue;
} eth = { .lock = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER };

static void post(eth_event_t id) {
    void *handle = &eth;
    esp_event_post(ETH_EVENT, (int32_t)id, &handle, sizeof(handle), 0);
}

static void set_link(bool link) {
    if (eth.link != link) {
        eth.link = link;
        post(link ? ETHERNET_EVENT_CONNECTED : ETHERNET_EVENT_DISCONNECTED);
    }
}

static void on_answer(bool chip) {
    if (eth.questions > 0) {
        eth.questions--;
    }
    eth.chip = chip;
    pthread_cond_broadcast(&eth.answered);
}

static void on_message(uint8_t type) {
    if (type == 'O' || type == 'X') {
        on_answer(type == 'O');
    } else if (type == WIRE_GONE) {
        wire_close(eth.wire);
        eth.wire = NULL;
        eth.questions = 0;
        on_answer(false);
        set_link(false);
    } else if ((type == 'U' || type == 'D') && eth.started && eth.questions == 0) {
        set_link(type == 'U');
    }
}

static void on_wire(wire_t *wire, void *arg, uint8_t type, const uint8_t *payload,
    size_t length) {
    (void)arg;
    esp_netif_t *receiver = NULL;
    pthread_mutex_lock(&eth.lock);
    if (wire == eth.wire) {
        if (type != 'F') {
            on_message(type);
        } else if (eth.link && eth.questions == 0) {
            receiver = eth.netif;
        }
    }
    pthread_mutex_unlock(&eth.lock);
    if (receiver != NULL) {
        esp_netif_receive(receiver, payload, length);
    }
}

// The chip. The lock is held in these.

static void open_wire(void) {
    if (eth.wire == NULL) {
        uint8_t mac[6];
        esp_read_mac(mac, ESP_MAC_ETH);
        eth.questions = 0;
        eth.wire = wire_open("eth", mac, on_wire, NULL);
    }
}

static void ask(void) {
    if (eth.wire != NULL && wire_send(eth.wire, 'Q', NULL, 0)) {
        eth.questions++;
    }
}

static bool is_chip_there(void) {
    struct timespec limit;
    clock_gettime(CLOCK_MONOTONIC, &limit);
    limit.tv_nsec += CHIP_ANSWER_MS * 1000000L;
    limit.tv_sec += limit.tv_nsec / 1000000000L;
    limit.tv_nsec %= 1000000000L;
    open_wire();
    eth.chip = false;
    ask();
    while (eth.questions > 0
        && pthread_cond_clockwait(&eth.answered, &eth.lock, CLOCK_MONOTONIC, &limit)
        != ETIMEDOUT) {
    }
    if (!eth.installed && !(eth.chip && eth.questions == 0)) {
        wire_close(eth.wire); // nothing to talk to
        eth.wire = NULL;
    }
    return eth.wire != NULL && eth.chip && eth.questions == 0;
}

void w5500_spi_answer(const uint8_t request[W5500_HEADER_BYTES], uint8_t *rx, size_t length) {
    unsigned address = (unsigned)request[0] << 8 | request[1];
    bool is_read_of_common = (request[2] & 0xfc) == 0; // block 0, not a write
    pthread_mutex_lock(&eth.lock);
    bool chip = is_chip_there();
    pthread_mutex_unlock(&eth.lock);
    memset(rx, chip ? 0x00 : 0xff, length);
    if (chip && is_read_of_common && address <= REGISTER_VERSION
        && address + length > REGISTER_VERSION + W5500_HEADER_BYTES) {
        rx[W5500_HEADER_BYTES + REGISTER_VERSION - address] = VERSION_W5500;
    }
}

// Driver

esp_eth_mac_t *esp_eth_mac_new_w5500(const eth_w5500_config_t *w5500,
    const eth_mac_config_t *config) {
    if (w5500 == NULL || config == NULL
        || (w5500->int_gpio_num >= 0) == (w5500->poll_period_ms > 0)) {
        return NULL;
    }
    return &w5500_mac;
}

esp_eth_phy_t *esp_eth_phy_new_w5500(const eth_phy_config_t *config) {
    return config != NULL ? &w5500_phy : NULL;
}

esp_eth_mac_t *esp_eth_mac_new_esp32(const eth_esp32_emac_config_t *esp32,
    const eth_mac_config_t *config) {
    return esp32 != NULL && config != NULL ? &esp32_mac : NULL;
}

esp_eth_phy_t *esp_eth_phy_new_generic(const eth_phy_config_t *config) {
    return config != NULL ? &other_phy : NULL;
}

esp_eth_phy_t *esp_eth_phy_new_lan87xx(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_lan867x(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_ip101(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_rtl8201(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_dp83848(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));
esp_eth_phy_t *esp_eth_phy_new_ksz80xx(const eth_phy_config_t *config)
__attribute__((alias("esp_eth_phy_new_generic")));

esp_err_t esp_eth_driver_install(const esp_eth_config_t *config, esp_eth_handle_t *handle) {
    if (config == NULL || handle == NULL || config->mac == NULL || config->phy == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (!config->mac->is_w5500 || !config->phy->is_w5500) {
        return ESP_ERR_TIMEOUT; // no transceiver answers
    }
    pthread_mutex_lock(&eth.lock);
    esp_err_t result = eth.installed ? ESP_ERR_INVALID_STATE
        : is_chip_there() ? ESP_OK : ESP_ERR_INVALID_VERSION;
    if (result == ESP_OK) {
        eth.installed = true;
        *handle = &eth;
    }
    pthread_mutex_unlock(&eth.lock);
    return result;
}

esp_err_t esp_eth_start(esp_eth_handle_t handle) {
    if (handle == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&eth.lock);
    bool ok = eth.installed && !eth.started;
    if (ok) {
        eth.started = true;
        open_wire(); // anew if the world had gone
        post(ETHERNET_EVENT_START);
        if (eth.wire != NULL) {
            wire_send(eth.wire, 'P', "1", 1);
        }
    }
    pthread_mutex_unlock(&eth.lock);
    return ok ? ESP_OK : ESP_ERR_INVALID_STATE;
}

esp_err_t esp_eth_stop(esp_eth_handle_t handle) {
    if (handle == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&eth.lock);
    bool ok = eth.started;
    if (ok) {
        eth.started = false;
        if (eth.wire != NULL) {
            wire_send(eth.wire, 'P', "0", 1);
            ask(); // the answer marks where the news of a later start begin
        }
        set_link(false);
        post(ETHERNET_EVENT_STOP);
    }
    pthread_mutex_unlock(&eth.lock);
    return ok ? ESP_OK : ESP_ERR_INVALID_STATE;
}

esp_err_t esp_eth_ioctl(esp_eth_handle_t handle, esp_eth_io_cmd_t command, void *data) {
    if (handle == NULL || data == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&eth.lock);
    esp_err_t result = ESP_OK;
    if (command == ETH_CMD_G_MAC_ADDR) {
        memcpy(data, eth.mac, sizeof(eth.mac));
    } else if (command == ETH_CMD_S_MAC_ADDR) {
        memcpy(eth.mac, data, sizeof(eth.mac));
    } else {
        result = ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_unlock(&eth.lock);
    return result;
}

// Interface

static esp_err_t transmit(void *driver, void *frame, size_t length) {
    (void)driver;
    pthread_mutex_lock(&eth.lock);
    if (eth.link && eth.wire != NULL) {
        wire_send(eth.wire, 'F', frame, length); // lost when there is no room
    }
    pthread_mutex_unlock(&eth.lock);
    return ESP_OK;
}

static void on_start(void *netif, esp_event_base_t base, int32_t id, void *data) {
    uint8_t mac[6];
    if (esp_eth_ioctl(&eth, ETH_CMD_G_MAC_ADDR, mac) == ESP_OK) {
        esp_netif_set_mac(netif, mac);
    }
    esp_netif_action_start(netif, base, id, data);
}

static esp_err_t post_attach(esp_netif_t *netif, esp_netif_iodriver_handle driver) {
    static const struct {
        eth_event_t event;
        esp_event_handler_t handler;
    } action[] = {
        { ETHERNET_EVENT_START, on_start },
        { ETHERNET_EVENT_STOP, esp_netif_action_stop },
        { ETHERNET_EVENT_CONNECTED, esp_netif_action_connected },
        { ETHERNET_EVENT_DISCONNECTED, esp_netif_action_disconnected },
    };
    struct esp_eth_netif_glue_t *glue = driver;
    glue->base.netif = netif;
    esp_netif_driver_ifconfig_t config = { .handle = &eth, .transmit = transmit };
    esp_err_t result = esp_netif_set_driver_config(netif, &config);
    for (size_t i = 0; i < sizeof(action) / sizeof(action[0]) && result == ESP_OK; i++) {
        result = esp_event_handler_register(ETH_EVENT, (int32_t)action[i].event,
            action[i].handler, netif);
    }
    pthread_mutex_lock(&eth.lock);
    eth.netif = netif;
    pthread_mutex_unlock(&eth.lock);
    return result;
}

esp_eth_netif_glue_handle_t esp_eth_new_netif_glue(esp_eth_handle_t handle) {
    if (handle == NULL) {
        return NULL;
    }
    eth.glue.base.post_attach = post_attach;
    return &eth.glue;
}
