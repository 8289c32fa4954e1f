// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The part of esp_netif that runs in lwIP's thread. It behaves as the component esp_netif of
// ESP-IDF 5.4 where a program can notice it.

#define _GNU_SOURCE // pthread_setname_np
#include "esp_netif_lwip.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "esp_event.h"
#include "hooks.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/priv/tcpip_priv.h"
#include "lwip/sys.h"
#include "lwip/tcpip.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "wire.h"

#define LOST_IP_MS (120 * 1000) // CONFIG_ESP_NETIF_IP_LOST_TIMER_INTERVAL

typedef struct {
    struct tcpip_api_call_data call; // first: lwIP passes a pointer to it
    netif_job_t job;
    esp_netif_t *netif;
    void *arg;
    esp_err_t result;
} netif_call_t;

// lwIP's thread iterates over the list while another thread may insert an interface at its head.
static _Atomic(esp_netif_t *) interfaces;

esp_netif_t *esp_netif_list(void) {
    return atomic_load(&interfaces);
}

void netif_list_add(esp_netif_t *netif) {
    netif->next = esp_netif_list();
    atomic_store(&interfaces, netif);
}

static pthread_t lwip_thread;

static void on_lwip_started(void *arg) {
    lwip_thread = pthread_self();
    pthread_setname_np(lwip_thread, "tiT"); // as ESP-IDF names it
    sys_sem_signal(arg);
}

esp_err_t netif_run_init(void) {
    sys_sem_t started;
    if (sys_sem_new(&started, 0) != ERR_OK) {
        return ESP_ERR_NO_MEM;
    }
    tcpip_init(on_lwip_started, &started);
    sys_sem_wait(&started);
    sys_sem_free(&started);
    return ESP_OK;
}

static err_t run_call(struct tcpip_api_call_data *data) {
    netif_call_t *call = (netif_call_t *)data;
    call->result = call->job(call->netif, call->arg);
    return ERR_OK;
}

esp_err_t netif_run(netif_job_t job, esp_netif_t *netif, void *arg) {
    if (netif == NULL) {
        return ESP_ERR_INVALID_ARG;
    }
    if (pthread_equal(pthread_self(), lwip_thread)) {
        return job(netif, arg); // tcpip_api_call() would wait for itself
    }
    netif_call_t call = { .job = job, .netif = netif, .arg = arg };
    err_t err = tcpip_api_call(run_call, &call.call);
    return err == ERR_OK ? call.result : ESP_ERR_NO_MEM;
}

// Routes

// As in ESP-IDF, the interface that is up and has the highest priority gets the default route. An
// interface that is not an esp_netif (MicroPython's PPP) keeps it while no esp_netif is up.
static void choose_default_route(void) {
    esp_netif_t *best = NULL;
    for (esp_netif_t *n = esp_netif_list(); n != NULL; n = n->next) {
        if (n->added && netif_is_up(&n->lwip)
            && (best == NULL || n->config->route_prio > best->config->route_prio)) {
            best = n;
        }
    }
    if (best != NULL) {
        netif_set_default(&best->lwip);
    }
}

struct netif *ip4_route_src_hook(const ip4_addr_t *src, const ip4_addr_t *dest) {
    (void)dest;
    struct netif *netif;
    if (src != NULL && !ip4_addr_isany(src)) {
        NETIF_FOREACH(netif) {
            if (netif_is_up(netif) && netif_is_link_up(netif)
                && ip4_addr_eq(src, netif_ip4_addr(netif))) {
                return netif;
            }
        }
    }
    return NULL; // lwIP uses the routing table
}

// Frames

static err_t send_frame(struct netif *lwip, struct pbuf *p) {
    static uint8_t frame[WIRE_FRAME_MAX]; // only lwIP's thread runs this
    esp_netif_t *netif = lwip->state;
    if (p->tot_len > sizeof(frame)) {
        return ERR_BUF;
    }
    pbuf_copy_partial(p, frame, p->tot_len, 0);
    return netif->transmit(netif->driver, frame, p->tot_len) == ESP_OK ? ERR_OK : ERR_IF;
}

esp_err_t esp_netif_receive(esp_netif_t *netif, const void *frame, size_t length) {
    if (netif == NULL || length == 0 || length > WIRE_FRAME_MAX) {
        return ESP_ERR_INVALID_ARG;
    }
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_POOL);
    if (p == NULL) {
        return ESP_ERR_NO_MEM;
    }
    pbuf_take(p, frame, (u16_t)length);
    if (tcpip_inpkt(p, &netif->lwip, ethernet_input) != ERR_OK) {
        pbuf_free(p);
        return ESP_ERR_NO_MEM;
    }
    return ESP_OK;
}

static err_t init_lwip_netif(struct netif *lwip) {
    esp_netif_t *netif = lwip->state;
    const char *key = netif->config->if_key;
    // "st", "ap" and "en", as on an ESP32.
    const char *name = strstr(key, "STA") ? "st" : strstr(key, "AP") ? "ap" : "en";
    memcpy(lwip->name, name, 2);
    memcpy(lwip->hwaddr, netif->mac, sizeof(netif->mac));
    lwip->hwaddr_len = sizeof(netif->mac);
    lwip->hostname = netif->hostname[0] != '\0' ? netif->hostname : NULL;
    lwip->mtu = 1500;
    lwip->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET
        | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6 | NETIF_FLAG_LINK_UP;
    lwip->output = etharp_output;
    lwip->output_ip6 = ethip6_output;
    lwip->linkoutput = send_frame;
    return ERR_OK;
}

// Addresses

static bool is_static_address(const esp_netif_ip_info_t *a) {
    return a->ip.addr != 0 && a->netmask.addr != 0;
}

static void apply_address(esp_netif_t *netif) {
    const esp_netif_ip_info_t *a = &netif->address;
    netif_set_addr(&netif->lwip, &(ip4_addr_t) { a->ip.addr },
        &(ip4_addr_t) { a->netmask.addr }, &(ip4_addr_t) { a->gw.addr });
}

static void report_address(esp_netif_t *netif) {
    ip_event_got_ip_t event = {
        .esp_netif = netif,
        .ip_info = netif->address,
        .ip_changed = memcmp(&netif->reported, &netif->address, sizeof(netif->address)) != 0,
    };
    netif->reported = netif->address;
    esp_event_post(IP_EVENT, netif->config->get_ip_event, &event, sizeof(event), 0);
}

static void on_address_lost(void *arg) {
    esp_netif_t *netif = arg;
    netif->lost_timer = false;
    if (ip4_addr_isany(netif_ip4_addr(&netif->lwip))) {
        memset(&netif->reported, 0, sizeof(netif->reported));
        ip_event_got_ip_t event = { .esp_netif = netif };
        if (netif->config->lost_ip_event != 0) {
            esp_event_post(IP_EVENT, netif->config->lost_ip_event, &event, sizeof(event), 0);
        }
    }
}

// The loss of an address is reported after a delay, because the address may come back.
static void start_lost_timer(esp_netif_t *netif) {
    if (!netif->lost_timer && netif->address.ip.addr != 0) {
        netif->lost_timer = true;
        sys_timeout(LOST_IP_MS, on_address_lost, netif);
    }
}

// lwIP calls this when the address or the up state has changed.
static void on_status(struct netif *lwip) {
    esp_netif_t *netif = lwip->state;
    if (netif->client != ESP_NETIF_DHCP_STARTED) {
        return;
    }
    if (ip4_addr_isany(netif_ip4_addr(lwip))) {
        start_lost_timer(netif);
        return;
    }
    esp_netif_ip_info_t lease = {
        .ip = { netif_ip4_addr(lwip)->addr },
        .netmask = { netif_ip4_netmask(lwip)->addr },
        .gw = { netif_ip4_gw(lwip)->addr },
    };
    if (memcmp(&netif->address, &lease, sizeof(lease)) != 0) {
        netif->address = lease;
        report_address(netif);
    }
}

static void clear_name_servers(void) {
    for (u8_t i = 0; i < DNS_MAX_SERVERS; i++) {
        dns_setserver(i, NULL);
    }
}

esp_err_t netif_job_client_start(esp_netif_t *netif, void *arg) {
    (void)arg;
    if (!(netif->config->flags & ESP_NETIF_DHCP_CLIENT)) {
        return ESP_ERR_INVALID_ARG;
    }
    if (netif->client == ESP_NETIF_DHCP_STARTED) {
        return ESP_ERR_ESP_NETIF_DHCP_ALREADY_STARTED;
    }
    start_lost_timer(netif);
    memset(&netif->address, 0, sizeof(netif->address));
    clear_name_servers();
    netif->client = ESP_NETIF_DHCP_INIT; // starts when the interface comes up
    if (netif->added && netif_is_up(&netif->lwip)) {
        apply_address(netif);
        if (dhcp_start(&netif->lwip) != ERR_OK) {
            return ESP_ERR_ESP_NETIF_DHCPC_START_FAILED;
        }
        netif->client = ESP_NETIF_DHCP_STARTED;
    }
    return ESP_OK;
}

// Ends the DHCP client and clears its address. The caller sets the state.
static void end_client(esp_netif_t *netif) {
    netif->client = ESP_NETIF_DHCP_INIT; // first, so that on_status() does not report a loss
    start_lost_timer(netif);
    dhcp_release_and_stop(&netif->lwip);
    dhcp_cleanup(&netif->lwip);
    memset(&netif->address, 0, sizeof(netif->address));
}

esp_err_t netif_job_client_stop(esp_netif_t *netif, void *arg) {
    (void)arg;
    if (!(netif->config->flags & ESP_NETIF_DHCP_CLIENT)) {
        return ESP_ERR_INVALID_ARG;
    }
    if (netif->client == ESP_NETIF_DHCP_STOPPED) {
        return ESP_ERR_ESP_NETIF_DHCP_ALREADY_STOPPED;
    }
    if (netif->client == ESP_NETIF_DHCP_STARTED) {
        end_client(netif);
    }
    netif->client = ESP_NETIF_DHCP_STOPPED;
    return ESP_OK;
}

static bool is_managed(const esp_netif_t *netif) {
    bool client = (netif->config->flags & ESP_NETIF_DHCP_CLIENT)
        && netif->client != ESP_NETIF_DHCP_STOPPED;
    bool server = (netif->config->flags & ESP_NETIF_DHCP_SERVER)
        && netif->server != ESP_NETIF_DHCP_STOPPED;
    return client || server;
}

esp_err_t netif_job_set_address(esp_netif_t *netif, void *arg) {
    if (is_managed(netif)) {
        return ESP_ERR_ESP_NETIF_DHCP_NOT_STOPPED;
    }
    if (netif->config->flags & ESP_NETIF_DHCP_CLIENT) {
        clear_name_servers();
    }
    netif->address = *(const esp_netif_ip_info_t *)arg;
    if (netif->added && netif_is_up(&netif->lwip)) {
        apply_address(netif);
        if (is_static_address(&netif->address) && netif->address.gw.addr != 0) {
            report_address(netif);
        }
    }
    return ESP_OK;
}

esp_err_t netif_job_get_address(esp_netif_t *netif, void *arg) {
    *(esp_netif_ip_info_t *)arg = netif->address;
    return ESP_OK;
}

// States of an interface: added (start), up (connected), down, removed

esp_err_t netif_job_start(esp_netif_t *netif, void *arg) {
    (void)arg;
    if (netif->transmit == NULL) {
        return ESP_ERR_INVALID_STATE; // no driver is attached
    }
    if (!netif->added) {
        if (netif_add(&netif->lwip, NULL, NULL, NULL, netif, init_lwip_netif,
            tcpip_input) == NULL) {
            return ESP_ERR_ESP_NETIF_IF_NOT_READY;
        }
        netif_set_status_callback(&netif->lwip, on_status);
        netif->added = true;
    }
    if (netif->config->flags & ESP_NETIF_FLAG_AUTOUP) {
        apply_address(netif);
        netif_set_up(&netif->lwip);
    }
    if ((netif->config->flags & ESP_NETIF_DHCP_SERVER)
        && netif->server == ESP_NETIF_DHCP_INIT) {
        netif->server = ESP_NETIF_DHCP_STARTED;
    }
    choose_default_route();
    return ESP_OK;
}

esp_err_t netif_job_connected(esp_netif_t *netif, void *arg) {
    (void)arg;
    if (!netif->added) {
        return ESP_ERR_INVALID_STATE;
    }
    apply_address(netif); // the static one, or none
    netif_set_up(&netif->lwip);
    choose_default_route();
    if (netif->client == ESP_NETIF_DHCP_INIT) {
        return netif_job_client_start(netif, NULL);
    }
    if (netif->client == ESP_NETIF_DHCP_STOPPED && is_static_address(&netif->address)) {
        report_address(netif);
    }
    return ESP_OK;
}

esp_err_t netif_job_disconnected(esp_netif_t *netif, void *arg) {
    (void)arg;
    if (!netif->added) {
        return ESP_ERR_INVALID_STATE;
    }
    if (netif->client == ESP_NETIF_DHCP_STARTED) {
        end_client(netif);
    }
    netif_set_addr(&netif->lwip, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4);
    netif_set_down(&netif->lwip);
    choose_default_route();
    return ESP_OK;
}

esp_err_t netif_job_stop(esp_netif_t *netif, void *arg) {
    (void)arg;
    if (!netif->added) {
        return ESP_ERR_ESP_NETIF_IF_NOT_READY;
    }
    if (netif_is_up(&netif->lwip)) {
        netif_job_disconnected(netif, NULL);
    }
    if (netif->server == ESP_NETIF_DHCP_STARTED) {
        netif->server = ESP_NETIF_DHCP_INIT;
    }
    netif_remove(&netif->lwip);
    netif->added = false;
    choose_default_route();
    return ESP_OK;
}
