// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#define _GNU_SOURCE // pthread_cond_clockwait

#include "esp_eth.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "board.h"
#include "esp_mac.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "w5500.h"
#include "wire.h"

// Limits the wait for the simulated world, which may take more than a second on a busy host.
#define CHIP_ANSWER_MS 10000

#define PHY_RESET_MS 10  // W5500_WAIT_FOR_RESET_MS of the driver, which sleeps meanwhile
#define MAC_RESET_MS 100 // wait for a chip that does not answer: sw_reset_timeout_ms

// Address and control phase (W5500 data sheet 1.1.0, section 2.2).
#define HEADER_BYTES SPI_BOARD_REQUEST_BYTES

#define REGISTER_VERSION 0x0039 // VERSIONR, in the common register block
#define VERSION_W5500    0x04

ESP_EVENT_DEFINE_BASE(ETH_EVENT);

// `lock` guards all fields. Its holder MUST NOT wait for lwIP's thread, which takes it for every
// frame.
static struct {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool installed;
    bool started;
    bool checks_link;   // since a start that succeeded
    bool link;
    bool is_fitted;     // by the last answer
    unsigned pending_queries; // messages that come before their answers are obsolete
    uint8_t mac[6];     // the driver's copy
    wire_t *wire;       // NULL: no world
    esp_err_t (*input)(esp_eth_handle_t handle, uint8_t *frame, uint32_t length, void *arg);
    void *input_arg;
    // State of the chip, which a reset clears.
    unsigned resets;    // resets that have been applied
    bool locked;        // locked up
    bool set_up;        // its socket receives and sends frames
    uint8_t shar[6];    // source hardware address register: which frames are for it
} eth = { .lock = PTHREAD_MUTEX_INITIALIZER, .answered = PTHREAD_COND_INITIALIZER };

static void post(eth_event_t id) {
    void *handle = &eth;
    esp_event_post(ETH_EVENT, (int32_t)id, &handle, sizeof(handle), 0);
}

// Set by the pin's change, with interrupts off. is_running() applies it later.
static atomic_bool held_in_reset;
static atomic_uint resets;

void w5500_reset_pin(bool low) {
    if (atomic_exchange(&held_in_reset, low) != low) {
        atomic_fetch_add(&resets, 1);
    }
}

static void clear_registers(void) {
    eth.set_up = false;
    memset(eth.shar, 0, sizeof(eth.shar));
}

static bool is_running(void) {
    unsigned now = atomic_load(&resets);
    if (eth.resets != now) {
        eth.resets = now;
        eth.locked = false;
        clear_registers();
        if (eth.wire != NULL) {
            wire_send(eth.wire, 'R', NULL, 0);
        }
    }
    return !atomic_load(&held_in_reset) && !eth.locked;
}

// MAC raw mode with the filter on: accepts unicast frames to its own address, and all group
// addresses.
static bool accepts(const uint8_t *frame) {
    return is_running() && eth.set_up
        && ((frame[0] & 1) != 0 || memcmp(frame, eth.shar, sizeof(eth.shar)) == 0);
}

static void set_link(bool link) {
    if (eth.link != link) {
        eth.link = link;
        post(link ? ETHERNET_EVENT_CONNECTED : ETHERNET_EVENT_DISCONNECTED);
    }
}

static void on_answer(uint8_t type) {
    if (eth.pending_queries > 0) {
        eth.pending_queries--;
    }
    eth.is_fitted = type == 'O' || type == 'K';
    eth.locked = type == 'K';
    pthread_cond_broadcast(&eth.answered);
}

static void on_message(uint8_t type) {
    if (type == 'O' || type == 'K' || type == 'X') {
        on_answer(type);
    } else if (type == 'B') {
        eth.locked = true;
    } else if (type == WIRE_GONE) {
        wire_close(eth.wire);
        eth.wire = NULL;
        eth.pending_queries = 0;
        on_answer('X');
        set_link(false);
    } else if ((type == 'U' || type == 'D') && eth.checks_link && eth.pending_queries == 0
               && is_running()) {
        set_link(type == 'U');
    }
}

static void on_wire(wire_t *wire, void *arg, uint8_t type, const uint8_t *payload,
    size_t length) {
    (void)arg;
    esp_err_t (*input)(esp_eth_handle_t, uint8_t *, uint32_t, void *) = NULL;
    pthread_mutex_lock(&eth.lock);
    if (wire == eth.wire) {
        if (type != 'F') {
            on_message(type);
        } else if (eth.link && eth.pending_queries == 0 && length >= 6 && accepts(payload)) {
            input = eth.input;
        }
    }
    pthread_mutex_unlock(&eth.lock);
    if (input != NULL) {
        input(&eth, (uint8_t *)payload, (uint32_t)length, eth.input_arg);
    }
}

// The chip. The lock is held in these functions.

static void open_wire(void) {
    if (eth.wire == NULL) {
        uint8_t mac[6];
        esp_read_mac(mac, ESP_MAC_ETH);
        eth.pending_queries = 0;
        eth.wire = wire_open("eth", mac, on_wire, NULL);
    }
}

static void query_chip(void) {
    if (eth.wire != NULL && wire_send(eth.wire, 'Q', NULL, 0)) {
        eth.pending_queries++;
    }
}

static bool is_chip_there(void) {
    struct timespec limit = board_timespec(board_monotonic_us() + CHIP_ANSWER_MS * 1000);
    open_wire();
    eth.is_fitted = false;
    is_running(); // applies a reset, which ends a lock-up
    query_chip();
    while (eth.pending_queries > 0
        && pthread_cond_clockwait(&eth.answered, &eth.lock, CLOCK_MONOTONIC, &limit)
        != ETIMEDOUT) {
    }
    if (!eth.installed && !(eth.is_fitted && eth.pending_queries == 0)) {
        wire_close(eth.wire);
        eth.wire = NULL;
    }
    return eth.wire != NULL && eth.is_fitted && eth.pending_queries == 0;
}

// The data on MISO during a transaction that begins with these three bytes. Chip select is
// ignored. Only VERSIONR, by which programs detect a chip, has a value; the other registers read
// as zero. Without a chip, or with one in reset, every bit reads as one. A chip that is locked up
// answers with 0xa5. Waits for the simulated world, for CHIP_ANSWER_MS at most.
static void spi_answer(const uint8_t *request, uint8_t *rx, size_t length) {
    unsigned address = (unsigned)request[0] << 8 | request[1];
    bool is_read_of_common = (request[2] & 0xfc) == 0; // block 0, not a write
    pthread_mutex_lock(&eth.lock);
    bool fitted = is_chip_there();
    bool answers = fitted && is_running();
    bool locked = fitted && eth.locked;
    pthread_mutex_unlock(&eth.lock);
    memset(rx, answers ? 0x00 : locked ? 0xa5 : 0xff, length);
    if (answers && is_read_of_common && address <= REGISTER_VERSION
        && address + length > REGISTER_VERSION + HEADER_BYTES) {
        rx[HEADER_BYTES + REGISTER_VERSION - address] = VERSION_W5500;
    }
}

void w5500_board_start(void) {
    spi_board_attach(spi_answer);
}

// MAC and PHY of the driver. MicroPython never deletes them after a failed installation.

static esp_err_t mac_init(esp_eth_mac_t *mac) {
    (void)mac;
    pthread_mutex_lock(&eth.lock);
    bool ok = is_chip_there() && is_running();
    if (ok) {
        clear_registers(); // a reset by software comes first
        eth.set_up = true;
    }
    pthread_mutex_unlock(&eth.lock);
    vTaskDelay(pdMS_TO_TICKS(ok ? 0 : MAC_RESET_MS));
    return ok ? ESP_OK : ESP_ERR_TIMEOUT;
}

static esp_err_t mac_set_addr(esp_eth_mac_t *mac, uint8_t *address) {
    (void)mac;
    pthread_mutex_lock(&eth.lock);
    memcpy(eth.mac, address, sizeof(eth.mac));
    if (is_running()) {
        memcpy(eth.shar, address, sizeof(eth.shar));
    }
    pthread_mutex_unlock(&eth.lock);
    return ESP_OK; // also without a chip: SPI has no acknowledgement
}

static esp_err_t mac_get_addr(esp_eth_mac_t *mac, uint8_t *address) {
    (void)mac;
    pthread_mutex_lock(&eth.lock);
    memcpy(address, eth.mac, sizeof(eth.mac));
    pthread_mutex_unlock(&eth.lock);
    return ESP_OK;
}

static esp_err_t phy_init(esp_eth_phy_t *phy) {
    (void)phy;
    vTaskDelay(pdMS_TO_TICKS(PHY_RESET_MS));
    return ESP_OK; // also without a chip: SPI has no acknowledgement
}

static esp_eth_mac_t w5500_mac = {
    .init = mac_init, .set_addr = mac_set_addr, .get_addr = mac_get_addr,
};
static esp_eth_phy_t w5500_phy = { .init = phy_init };

esp_eth_mac_t *esp_eth_mac_new_w5500(const eth_w5500_config_t *w5500,
    const eth_mac_config_t *config) {
    static spi_device_handle_t device; // never freed, as on a chip
    if (w5500 == NULL || config == NULL
        || (w5500->int_gpio_num >= 0) == (w5500->poll_period_ms > 0)
        || spi_bus_add_device(w5500->spi_host_id, w5500->spi_devcfg, &device) != ESP_OK) {
        return NULL;
    }
    return &w5500_mac;
}

esp_eth_phy_t *esp_eth_phy_new_w5500(const eth_phy_config_t *config) {
    return config != NULL ? &w5500_phy : NULL;
}

esp_err_t esp_eth_driver_install(const esp_eth_config_t *config, esp_eth_handle_t *handle) {
    if (config == NULL || handle == NULL || config->mac == NULL || config->phy == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (config->mac != &w5500_mac || config->phy != &w5500_phy) {
        return ESP_ERR_TIMEOUT; // no transceiver answers
    }
    pthread_mutex_lock(&eth.lock);
    bool installed = eth.installed;
    pthread_mutex_unlock(&eth.lock);
    esp_err_t result = installed ? ESP_ERR_INVALID_STATE : config->mac->init(config->mac);
    if (result == ESP_OK) {
        config->phy->init(config->phy);
        pthread_mutex_lock(&eth.lock);
        eth.installed = true;
        pthread_mutex_unlock(&eth.lock);
        *handle = &eth;
    }
    return result;
}

esp_err_t esp_eth_get_mac_instance(esp_eth_handle_t handle, esp_eth_mac_t **mac) {
    *mac = &w5500_mac;
    return handle != NULL ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_eth_get_phy_instance(esp_eth_handle_t handle, esp_eth_phy_t **phy) {
    *phy = &w5500_phy;
    return handle != NULL ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_eth_update_input_path(esp_eth_handle_t handle,
    esp_err_t (*input)(esp_eth_handle_t handle, uint8_t *frame, uint32_t length, void *arg),
    void *arg) {
    if (handle == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&eth.lock);
    eth.input = input;
    eth.input_arg = arg;
    pthread_mutex_unlock(&eth.lock);
    return ESP_OK;
}

// As in ESP-IDF, the driver counts as started even if the chip does not answer.
esp_err_t esp_eth_start(esp_eth_handle_t handle) {
    if (handle == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    vTaskDelay(pdMS_TO_TICKS(PHY_RESET_MS)); // auto-negotiation begins with a reset
    pthread_mutex_lock(&eth.lock);
    esp_err_t result = eth.installed && !eth.started ? ESP_OK : ESP_ERR_INVALID_STATE;
    if (result == ESP_OK) {
        eth.started = true;
        post(ETHERNET_EVENT_START);
        if (is_running()) {
            eth.checks_link = true;
            open_wire(); // again, if the world had gone
            if (eth.wire != NULL) {
                wire_send(eth.wire, 'P', "1", 1);
            }
        } else {
            result = ESP_ERR_TIMEOUT;
        }
    }
    pthread_mutex_unlock(&eth.lock);
    return result;
}

// The rest of a stop, after the driver has ended its check of the link.
static esp_err_t finish_stop(void) {
    if (eth.wire != NULL) {
        wire_send(eth.wire, 'P', "0", 1);
        query_chip(); // messages before its answer are obsolete
    }
    if (eth.link && !is_running()) {
        eth.link = false;
        return ESP_ERR_TIMEOUT; // the chip's socket cannot be closed, and no event is posted
    }
    set_link(false);
    post(ETHERNET_EVENT_STOP);
    return ESP_OK;
}

esp_err_t esp_eth_stop(esp_eth_handle_t handle) {
    if (handle == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    pthread_mutex_lock(&eth.lock);
    bool watched = eth.checks_link;
    eth.started = eth.checks_link = false;
    esp_err_t result = watched ? finish_stop() : ESP_ERR_INVALID_STATE;
    pthread_mutex_unlock(&eth.lock);
    return result;
}

esp_err_t esp_eth_ioctl(esp_eth_handle_t handle, esp_eth_io_cmd_t command, void *data) {
    if (handle == NULL || data == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    switch (command) {
        case ETH_CMD_G_MAC_ADDR:
            return mac_get_addr(&w5500_mac, data);
        case ETH_CMD_S_MAC_ADDR:
            return mac_set_addr(&w5500_mac, data);
        default:
            return ESP_ERR_INVALID_ARG;
    }
}

esp_err_t esp_eth_transmit(esp_eth_handle_t handle, void *frame, size_t length) {
    (void)handle;
    pthread_mutex_lock(&eth.lock);
    if (eth.link && eth.wire != NULL && is_running() && eth.set_up) {
        wire_send(eth.wire, 'F', frame, length); // lost if there is no room
    }
    pthread_mutex_unlock(&eth.lock);
    return ESP_OK;
}
