// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "esp_netif.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "esp_netif_lwip.h"
#include "lwip/dns.h"

ESP_EVENT_DEFINE_BASE(IP_EVENT);

// The priorities are ESP-IDF's; its PPP has 20, but MicroPython's PPP is not an esp_netif.
const esp_netif_inherent_config_t _g_esp_netif_inherent_sta_config = {
    .flags = ESP_NETIF_DHCP_CLIENT,
    .get_ip_event = IP_EVENT_STA_GOT_IP,
    .lost_ip_event = IP_EVENT_STA_LOST_IP,
    .if_key = "WIFI_STA_DEF",
    .if_desc = "sta",
    .route_prio = 100,
};

static const esp_netif_ip_info_t soft_ap_address = { // 192.168.4.1/24
    .ip = { PP_HTONL(0xc0a80401) },
    .netmask = { PP_HTONL(0xffffff00) },
    .gw = { PP_HTONL(0xc0a80401) },
};

const esp_netif_inherent_config_t _g_esp_netif_inherent_ap_config = {
    .flags = ESP_NETIF_DHCP_SERVER | ESP_NETIF_FLAG_AUTOUP,
    .ip_info = &soft_ap_address,
    .if_key = "WIFI_AP_DEF",
    .if_desc = "ap",
    .route_prio = 10,
};

const esp_netif_inherent_config_t _g_esp_netif_inherent_eth_config = {
    .flags = ESP_NETIF_DHCP_CLIENT,
    .get_ip_event = IP_EVENT_ETH_GOT_IP,
    .lost_ip_event = IP_EVENT_ETH_LOST_IP,
    .if_key = "ETH_DEF",
    .if_desc = "eth",
    .route_prio = 50,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static esp_err_t init_result;

static void init_once(void) {
    init_result = netif_run_init();
}

esp_err_t esp_netif_init(void) {
    pthread_once(&once, init_once);
    return init_result;
}

esp_netif_t *esp_netif_get_handle_from_ifkey(const char *key) {
    for (esp_netif_t *n = esp_netif_list(); n != NULL; n = n->next) {
        if (strcmp(n->config->if_key, key) == 0) {
            return n;
        }
    }
    return NULL;
}

esp_netif_t *esp_netif_new(const esp_netif_config_t *config) {
    if (config == NULL || config->base == NULL || config->base->if_key == NULL
        || esp_netif_get_handle_from_ifkey(config->base->if_key) != NULL) {
        return NULL;
    }
    esp_netif_t *netif = calloc(1, sizeof(*netif));
    if (netif == NULL) {
        return NULL;
    }
    netif->config = config->base;
    memcpy(netif->mac, config->base->mac, sizeof(netif->mac));
    if (config->base->ip_info != NULL) {
        netif->address = *config->base->ip_info;
    }
    if (config->driver != NULL) {
        esp_netif_set_driver_config(netif, config->driver);
    }
    netif_list_add(netif);
    return netif;
}

esp_err_t esp_netif_attach(esp_netif_t *netif, esp_netif_iodriver_handle driver) {
    esp_netif_driver_base_t *base = driver;
    if (netif == NULL || base == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (base->post_attach != NULL && base->post_attach(netif, driver) != ESP_OK) {
        return ESP_ERR_ESP_NETIF_DRIVER_ATTACH_FAILED;
    }
    return ESP_OK;
}

// Called before the interface is started, so lwIP's thread does not use these fields yet.
esp_err_t esp_netif_set_driver_config(esp_netif_t *netif,
    const esp_netif_driver_ifconfig_t *config) {
    if (netif == NULL || config == NULL) {
        return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
    }
    netif->driver = config->handle;
    netif->transmit = config->transmit;
    return ESP_OK;
}

esp_netif_iodriver_handle esp_netif_get_io_driver(esp_netif_t *netif) {
    return netif->driver;
}

// Actions

#define ACTION(name) \
    void esp_netif_action_##name(void *netif, esp_event_base_t base, int32_t id, void *data) { \
        (void)base, (void)id, (void)data; \
        netif_run(netif_job_##name, netif, NULL); \
    }

ACTION(start)
ACTION(stop)
ACTION(connected)
ACTION(disconnected)

// Identity

static esp_err_t set_mac(esp_netif_t *netif, void *arg) {
    memcpy(netif->mac, arg, sizeof(netif->mac));
    memcpy(netif->lwip.hwaddr, arg, sizeof(netif->mac));
    return ESP_OK;
}

esp_err_t esp_netif_set_mac(esp_netif_t *netif, uint8_t mac[]) {
    return netif_run(set_mac, netif, mac);
}

static esp_err_t set_hostname(esp_netif_t *netif, void *arg) {
    strcpy(netif->hostname, arg); // its length was checked
    netif->lwip.hostname = netif->hostname;
    return ESP_OK;
}

esp_err_t esp_netif_set_hostname(esp_netif_t *netif, const char *hostname) {
    if (hostname == NULL || strlen(hostname) > HOSTNAME_MAX) {
        return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
    }
    return netif_run(set_hostname, netif, (void *)hostname);
}

static esp_err_t get_name(esp_netif_t *netif, void *arg) {
    if (!netif->added) {
        return ESP_ERR_INVALID_STATE;
    }
    return netif_index_to_name(netif_get_index(&netif->lwip), arg) != NULL ? ESP_OK : ESP_FAIL;
}

esp_err_t esp_netif_get_netif_impl_name(esp_netif_t *netif, char *name) {
    return netif_run(get_name, netif, name);
}

void *esp_netif_get_netif_impl(esp_netif_t *netif) {
    return netif != NULL ? &netif->lwip : NULL;
}

// Addresses

esp_err_t esp_netif_get_ip_info(esp_netif_t *netif, esp_netif_ip_info_t *info) {
    return info != NULL ? netif_run(netif_job_get_address, netif, info) : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_netif_set_ip_info(esp_netif_t *netif, const esp_netif_ip_info_t *info) {
    return info != NULL ? netif_run(netif_job_set_address, netif, (void *)info)
        : ESP_ERR_INVALID_ARG;
}

typedef struct {
    esp_netif_dns_type_t type;
    esp_netif_dns_info_t *info;
} dns_job_t;

// lwIP has one table of name servers for all interfaces, as on an ESP32.
static esp_err_t get_dns(esp_netif_t *netif, void *arg) {
    (void)netif;
    dns_job_t *job = arg;
    const ip_addr_t *server = dns_getserver((u8_t)job->type);
    memset(job->info, 0, sizeof(*job->info));
    if (IP_IS_V4(server)) {
        job->info->ip.u_addr.ip4.addr = ip_2_ip4(server)->addr;
    }
    return ESP_OK;
}

esp_err_t esp_netif_get_dns_info(esp_netif_t *netif, esp_netif_dns_type_t type,
    esp_netif_dns_info_t *info) {
    if (info == NULL || type >= ESP_NETIF_DNS_MAX) {
        return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
    }
    return netif_run(get_dns, netif, &(dns_job_t) { type, info });
}

static esp_err_t set_dns(esp_netif_t *netif, void *arg) {
    const dns_job_t *job = arg;
    if (!(netif->config->flags & ESP_NETIF_DHCP_SERVER)) { // that server gives it to its clients
        ip_addr_t server = IPADDR4_INIT(job->info->ip.u_addr.ip4.addr);
        dns_setserver((u8_t)job->type, &server);
    }
    return ESP_OK;
}

esp_err_t esp_netif_set_dns_info(esp_netif_t *netif, esp_netif_dns_type_t type,
    esp_netif_dns_info_t *info) {
    if (info == NULL || type >= ESP_NETIF_DNS_MAX || info->ip.u_addr.ip4.addr == 0) {
        return ESP_ERR_ESP_NETIF_INVALID_PARAMS;
    }
    return netif_run(set_dns, netif, &(dns_job_t) { type, info });
}

// DHCP

esp_err_t esp_netif_dhcpc_start(esp_netif_t *netif) {
    return netif_run(netif_job_client_start, netif, NULL);
}

esp_err_t esp_netif_dhcpc_stop(esp_netif_t *netif) {
    return netif_run(netif_job_client_stop, netif, NULL);
}

static esp_err_t get_client(esp_netif_t *netif, void *arg) {
    *(esp_netif_dhcp_status_t *)arg = netif->client;
    return netif->config->flags & ESP_NETIF_DHCP_CLIENT ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t esp_netif_dhcpc_get_status(esp_netif_t *netif, esp_netif_dhcp_status_t *status) {
    return netif_run(get_client, netif, status);
}

static esp_err_t set_server(esp_netif_t *netif, void *arg) {
    esp_netif_dhcp_status_t wanted = *(esp_netif_dhcp_status_t *)arg;
    if (!(netif->config->flags & ESP_NETIF_DHCP_SERVER)) {
        return ESP_ERR_INVALID_ARG;
    }
    if (netif->server == wanted) {
        return wanted == ESP_NETIF_DHCP_STARTED ? ESP_ERR_ESP_NETIF_DHCP_ALREADY_STARTED
            : ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED;
    }
    bool up = netif->added && netif_is_up(&netif->lwip);
    netif->server = wanted == ESP_NETIF_DHCP_STARTED && !up ? ESP_NETIF_DHCP_INIT : wanted;
    return ESP_OK;
}

esp_err_t esp_netif_dhcps_start(esp_netif_t *netif) {
    return netif_run(set_server, netif, &(esp_netif_dhcp_status_t) { ESP_NETIF_DHCP_STARTED });
}

esp_err_t esp_netif_dhcps_stop(esp_netif_t *netif) {
    return netif_run(set_server, netif, &(esp_netif_dhcp_status_t) { ESP_NETIF_DHCP_STOPPED });
}
