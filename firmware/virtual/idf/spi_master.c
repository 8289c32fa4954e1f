// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "driver/spi_master.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"

#define DEVICES_MAX 3 // of one bus, on the ESP32

struct spi_device {
    spi_host_device_t host;
    int clock_hz;
    spi_transaction_t *queued[2]; // machine_hw_spi.c has two under way at most
    int queued_count;
};

static struct {
    bool initialised;
    int devices;
} bus[SPI_HOST_MAX];

static bool is_usable(spi_host_device_t host) {
    return host == SPI2_HOST || host == SPI3_HOST; // SPI1 is the flash
}

esp_err_t spi_bus_initialize(spi_host_device_t host, const spi_bus_config_t *config, int dma) {
    (void)dma;
    if (!is_usable(host) || config == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (bus[host].initialised) {
        return ESP_ERR_INVALID_STATE;
    }
    bus[host].initialised = true;
    return ESP_OK;
}

esp_err_t spi_bus_free(spi_host_device_t host) {
    if (!is_usable(host)) {
        return ESP_ERR_INVALID_ARG;
    }
    if (!bus[host].initialised || bus[host].devices > 0) {
        return ESP_ERR_INVALID_STATE;
    }
    bus[host].initialised = false;
    return ESP_OK;
}

esp_err_t spi_bus_add_device(spi_host_device_t host, const spi_device_interface_config_t *config,
    spi_device_handle_t *device) {
    if (!is_usable(host) || config == NULL || device == NULL || !bus[host].initialised
        || config->clock_speed_hz <= 0) {
        return ESP_ERR_INVALID_ARG;
    }
    if (bus[host].devices == DEVICES_MAX) {
        return ESP_ERR_NOT_FOUND;
    }
    *device = calloc(1, sizeof(**device));
    if (*device == NULL) {
        return ESP_ERR_NO_MEM;
    }
    (*device)->host = host;
    (*device)->clock_hz = config->clock_speed_hz;
    bus[host].devices++;
    return ESP_OK;
}

esp_err_t spi_bus_remove_device(spi_device_handle_t device) {
    if (device == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    bus[device->host].devices--;
    free(device);
    return ESP_OK;
}

static spi_answer_t answer;

void spi_board_attach(spi_answer_t of_device) {
    answer = of_device;
}

// The bus clock is the source clock divided by an integer.
int spi_get_actual_clock(int source_hz, int wanted_hz, int duty) {
    (void)duty;
    if (wanted_hz <= 0 || wanted_hz > source_hz) {
        return source_hz;
    }
    return source_hz / ((source_hz + wanted_hz - 1) / wanted_hz);
}

// Takes as long as the bits need on the bus.
static void transfer(spi_device_handle_t device, spi_transaction_t *t) {
    board_sleep_us((int64_t)t->length * 1000000 / device->clock_hz);
    size_t length = (t->length + 7) / 8;
    const uint8_t *tx = t->flags & SPI_TRANS_USE_TXDATA ? t->tx_data : t->tx_buffer;
    uint8_t *rx = t->flags & SPI_TRANS_USE_RXDATA ? t->rx_data : t->rx_buffer;
    uint8_t request[SPI_BOARD_REQUEST_BYTES] = { 0 };
    if (tx != NULL) { // copied, because Python may receive into the buffer that it sends
        memcpy(request, tx, length < sizeof(request) ? length : sizeof(request));
    }
    if (rx != NULL) {
        answer(request, rx, length);
    }
}

esp_err_t spi_device_transmit(spi_device_handle_t device, spi_transaction_t *transaction) {
    if (device == NULL || transaction == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    transfer(device, transaction);
    return ESP_OK;
}

esp_err_t spi_device_queue_trans(spi_device_handle_t device, spi_transaction_t *transaction,
    TickType_t ticks) {
    (void)ticks;
    if (device == NULL || transaction == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (device->queued_count == 2) {
        return ESP_ERR_TIMEOUT; // the queue is full
    }
    transfer(device, transaction);
    device->queued[device->queued_count++] = transaction;
    return ESP_OK;
}

esp_err_t spi_device_get_trans_result(spi_device_handle_t device, spi_transaction_t **done,
    TickType_t ticks) {
    (void)ticks;
    if (device == NULL || done == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (device->queued_count == 0) {
        return ESP_ERR_TIMEOUT; // no transaction is queued
    }
    *done = device->queued[0];
    device->queued[0] = device->queued[1];
    device->queued_count--;
    return ESP_OK;
}

// One task uses the bus.
esp_err_t spi_device_acquire_bus(spi_device_handle_t device, TickType_t ticks) {
    (void)ticks;
    return device != NULL ? ESP_OK : ESP_ERR_INVALID_ARG;
}

void spi_device_release_bus(spi_device_handle_t device) {
    (void)device;
}
