// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#pragma once

#include <stdint.h>

#include "driver/spi_master.h"
#include "esp_err.h"

typedef struct esp_eth_mac_s esp_eth_mac_t;

// The MAC of a driver. Only the members that others than the driver call.
struct esp_eth_mac_s {
    // Resets the chip by software and sets it up; its address is lost. ESP_ERR_TIMEOUT: no answer.
    esp_err_t (*init)(esp_eth_mac_t *mac);
    esp_err_t (*set_addr)(esp_eth_mac_t *mac, uint8_t *address);
    esp_err_t (*get_addr)(esp_eth_mac_t *mac, uint8_t *address); // the driver's copy
};

typedef struct {
    uint32_t sw_reset_timeout_ms;
    uint32_t rx_task_stack_size;
    uint32_t rx_task_prio;
    uint32_t flags;
} eth_mac_config_t;

#define ETH_MAC_DEFAULT_CONFIG() \
    { .sw_reset_timeout_ms = 100, .rx_task_stack_size = 4096, .rx_task_prio = 15 }

typedef struct {
    int int_gpio_num;
    uint32_t poll_period_ms;
    spi_host_device_t spi_host_id;
    spi_device_interface_config_t *spi_devcfg;
} eth_w5500_config_t;

#define ETH_W5500_DEFAULT_CONFIG(host, devcfg) \
    { .int_gpio_num = 4, .poll_period_ms = 0, .spi_host_id = host, .spi_devcfg = devcfg }

// NULL: neither interrupt nor polling is set up, or both; or no memory.
esp_eth_mac_t *esp_eth_mac_new_w5500(const eth_w5500_config_t *w5500,
    const eth_mac_config_t *config);

// The Ethernet controller inside an ESP32, with no transceiver connected to it.
typedef enum {
    EMAC_CLK_DEFAULT,
    EMAC_CLK_EXT_IN,
    EMAC_CLK_OUT,
} emac_rmii_clock_mode_t;

typedef struct {
    struct {
        struct {
            emac_rmii_clock_mode_t clock_mode;
            int clock_gpio;
        } rmii;
    } clock_config;
    int smi_mdc_gpio_num;
    int smi_mdio_gpio_num;
} eth_esp32_emac_config_t;

#define ETH_ESP32_EMAC_DEFAULT_CONFIG() { .smi_mdc_gpio_num = 23, .smi_mdio_gpio_num = 18 }

esp_eth_mac_t *esp_eth_mac_new_esp32(const eth_esp32_emac_config_t *esp32,
    const eth_mac_config_t *config);
