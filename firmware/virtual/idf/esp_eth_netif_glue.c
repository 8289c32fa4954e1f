// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Connects the Ethernet driver to an interface: frames in both directions, and the handlers of its
// events.

#include <string.h>

#include "esp_eth.h"

struct esp_eth_netif_glue_t {
    esp_netif_driver_base_t base; // first, see esp_netif_attach()
    esp_eth_handle_t driver;
};
static struct esp_eth_netif_glue_t glue; // there is one driver

static esp_err_t to_netif(esp_eth_handle_t driver, uint8_t *frame, uint32_t length, void *netif) {
    (void)driver;
    return esp_netif_receive(netif, frame, length);
}

static void on_start(void *netif, esp_event_base_t base, int32_t id, void *data) {
    uint8_t mac[6];
    if (esp_eth_ioctl(glue.driver, ETH_CMD_G_MAC_ADDR, mac) == ESP_OK) {
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
    struct esp_eth_netif_glue_t *self = driver;
    self->base.netif = netif;
    esp_netif_driver_ifconfig_t config = { .handle = self->driver, .transmit = esp_eth_transmit };
    esp_err_t result = esp_netif_set_driver_config(netif, &config);
    for (size_t i = 0; i < sizeof(action) / sizeof(action[0]) && result == ESP_OK; i++) {
        result = esp_event_handler_register(ETH_EVENT, (int32_t)action[i].event,
            action[i].handler, netif);
    }
    return result == ESP_OK ? esp_eth_update_input_path(self->driver, to_netif, netif) : result;
}

esp_eth_netif_glue_handle_t esp_eth_new_netif_glue(esp_eth_handle_t handle) {
    if (handle == NULL) {
        return NULL;
    }
    glue.driver = handle;
    glue.base.post_attach = post_attach;
    return &glue;
}
