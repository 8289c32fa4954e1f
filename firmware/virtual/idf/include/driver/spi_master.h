// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The SPI controller, as far as MicroPython's machine_hw_spi.c and network_lan.c use it.

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "esp_rom_gpio.h"
#include "freertos/FreeRTOS.h"

#define SOC_SPI_PERIPH_NUM 3
#define APB_CLK_FREQ       80000000

typedef enum {
    SPI1_HOST = 0,
    SPI2_HOST = 1,
    SPI3_HOST = 2,
    SPI_HOST_MAX,
} spi_host_device_t;

typedef struct {
    int mosi_io_num;
    int miso_io_num;
    int sclk_io_num;
    int quadwp_io_num;
    int quadhd_io_num;
} spi_bus_config_t;

#define SPI_DEVICE_TXBIT_LSBFIRST (1 << 0)
#define SPI_DEVICE_RXBIT_LSBFIRST (1 << 1)

typedef struct spi_transaction_t spi_transaction_t;

typedef struct {
    uint8_t command_bits;
    uint8_t address_bits;
    uint8_t mode;
    int clock_speed_hz;
    int spics_io_num;
    uint32_t flags;
    int queue_size;
    void (*pre_cb)(spi_transaction_t *transaction);
} spi_device_interface_config_t;

#define SPI_TRANS_USE_RXDATA (1 << 2)
#define SPI_TRANS_USE_TXDATA (1 << 3)

struct spi_transaction_t {
    uint32_t flags;
    size_t length; // bits
    union {
        const void *tx_buffer;
        uint8_t tx_data[4];
    };
    union {
        void *rx_buffer;
        uint8_t rx_data[4];
    };
};

typedef struct spi_device *spi_device_handle_t;

// Of the virtual board only: sets the device on the buses. Its function gets the first bytes of a
// transaction and writes the data on MISO.
#define SPI_BOARD_REQUEST_BYTES 3
typedef void (*spi_answer_t)(const uint8_t *request, uint8_t *rx, size_t length);
void spi_board_attach(spi_answer_t answer);

esp_err_t spi_bus_initialize(spi_host_device_t host, const spi_bus_config_t *config, int dma);
esp_err_t spi_bus_free(spi_host_device_t host);
esp_err_t spi_bus_add_device(spi_host_device_t host, const spi_device_interface_config_t *config,
    spi_device_handle_t *device);
esp_err_t spi_bus_remove_device(spi_device_handle_t device);
int spi_get_actual_clock(int source_hz, int wanted_hz, int duty);
esp_err_t spi_device_transmit(spi_device_handle_t device, spi_transaction_t *transaction);
esp_err_t spi_device_queue_trans(spi_device_handle_t device, spi_transaction_t *transaction,
    TickType_t ticks);
esp_err_t spi_device_get_trans_result(spi_device_handle_t device, spi_transaction_t **done,
    TickType_t ticks);
esp_err_t spi_device_acquire_bus(spi_device_handle_t device, TickType_t ticks);
void spi_device_release_bus(spi_device_handle_t device);
