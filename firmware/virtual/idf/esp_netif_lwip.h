// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shared by esp_netif.c (interface objects, any thread) and esp_netif_lwip.c (lwIP's thread).

#pragma once

#include "esp_netif.h"
#include "lwip/netif.h"

#define HOSTNAME_MAX 32 // ESP-IDF's limit, without the terminator

struct esp_netif_obj {
    esp_netif_t *next; // in esp_netif_list(), complete before it is linked, never unlinked
    const esp_netif_inherent_config_t *config;
    void *driver;
    esp_err_t (*transmit)(void *driver, void *buffer, size_t length);
    // Only lwIP's thread uses the following.
    struct netif lwip;
    bool added;                      // to lwIP's list
    uint8_t mac[6];
    char hostname[HOSTNAME_MAX + 1]; // empty: none
    esp_netif_ip_info_t address;     // wanted (static) or leased
    esp_netif_ip_info_t reported;    // in the last GOT_IP event
    esp_netif_dhcp_status_t client;
    esp_netif_dhcp_status_t server;
    bool lost_timer;                 // running
};

// A job for lwIP's thread, with the interface and an argument of any type.
typedef esp_err_t (*netif_job_t)(esp_netif_t *netif, void *arg);

// Runs job in lwIP's thread and waits for it; ESP_ERR_INVALID_ARG when netif is NULL.
esp_err_t netif_run(netif_job_t job, esp_netif_t *netif, void *arg);
esp_err_t netif_run_init(void);

esp_netif_t *esp_netif_list(void);
void netif_list_add(esp_netif_t *netif); // one thread at a time

esp_err_t netif_job_start(esp_netif_t *netif, void *arg);
esp_err_t netif_job_stop(esp_netif_t *netif, void *arg);
esp_err_t netif_job_connected(esp_netif_t *netif, void *arg);
esp_err_t netif_job_disconnected(esp_netif_t *netif, void *arg);
esp_err_t netif_job_client_start(esp_netif_t *netif, void *arg);
esp_err_t netif_job_client_stop(esp_netif_t *netif, void *arg);
esp_err_t netif_job_set_address(esp_netif_t *netif, void *arg);
esp_err_t netif_job_get_address(esp_netif_t *netif, void *arg);
