// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/route_lwip.h"

#include <errno.h>
#include <string.h>

#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/netif.h"
#include "lwip/priv/tcpip_priv.h"
#include "lwip/prot/dhcp.h"
#include "lwip/sockets.h"
#if PPP_SUPPORT
#include "netif/ppp/ppp.h"
#endif

#include "connectwith/port/platform.h"

_Static_assert(ROUTE_DEVICE_BYTES == NETIF_NAMESIZE, "the two must agree");

// lwIP's thread only. ESP-IDF never removes the netif of a station or of Ethernet.
static struct {
    struct netif *netif;
    uint8_t count;
    uint8_t servers[ROUTE_SERVERS_MAX][4];
} routes[ATTEMPT_LINK_COUNT];

typedef struct {
    struct tcpip_api_call_data call; // first: lwIP hands a pointer to it back
    attempt_link_t link;
    struct netif *netif;
    route_t *route;
    uint32_t dhcp_server;
} route_call_t;

static err_t route_note_call(struct tcpip_api_call_data *data) {
    route_call_t *call = (route_call_t *)data;
    struct netif *netif = call->netif;
    uint8_t count = 0;
    for (u8_t i = 0; i < DNS_MAX_SERVERS && count < ROUTE_SERVERS_MAX; ++i) {
        const ip_addr_t *server = dns_getserver(i);
        if (IP_IS_V4(server) && !ip_addr_isany(server)) {
            memcpy(routes[call->link].servers[count++], ip_2_ip4(server), 4);
        }
    }
    routes[call->link].count = count;
    routes[call->link].netif = netif;
    const struct dhcp *dhcp = netif == NULL ? NULL : netif_dhcp_data(netif);
    if (dhcp != NULL && dhcp_supplied_address(netif)) {
        call->dhcp_server = ip4_addr_get_u32(ip_2_ip4(&dhcp->server_ip_addr));
    }
    return ERR_OK;
}

uint32_t route_note(attempt_link_t link, struct netif *netif) {
    route_call_t call = {.link = link, .netif = netif};
    (void)tcpip_api_call(route_note_call, &call.call);
    return call.dhcp_server;
}

static bool route_is_up(const struct netif *netif) {
    return netif_is_up(netif) && netif_is_link_up(netif)
           && !ip4_addr_isany(netif_ip4_addr(netif));
}

#if PPP_SUPPORT
// MicroPython's PPP is not an esp_netif, and has no function that returns its netif.
static const struct netif *route_find_ppp(route_t *route) {
    const struct netif *netif;
    NETIF_FOREACH(netif) {
        if (memcmp(netif->name, "pp", 2) == 0 && route_is_up(netif)) {
            // The servers that the peer has sent. lwIP's table may hold those of another link.
            const ppp_pcb *pcb = netif->state;
            for (int i = 0; i < 2; ++i) {
                if (pcb->ipcp_gotoptions.dnsaddr[i] != 0) {
                    memcpy(route->servers[route->count++], &pcb->ipcp_gotoptions.dnsaddr[i], 4);
                }
            }
            return netif;
        }
    }
    return NULL;
}
#else
static const struct netif *route_find_ppp(route_t *route) {
    (void)route;
    return NULL;
}
#endif

static err_t route_find_call(struct tcpip_api_call_data *data) {
    const route_call_t *call = (route_call_t *)data;
    route_t *route = call->route;
    const struct netif *netif;
    if (call->link == ATTEMPT_LINK_CELLULAR) {
        netif = route_find_ppp(route);
    } else {
        netif = routes[call->link].netif;
        route->count = routes[call->link].count;
        memcpy(route->servers, routes[call->link].servers, sizeof(route->servers));
    }
    if (netif != NULL && route_is_up(netif)) {
        netif_index_to_name(netif_get_index(netif), route->device);
    }
    return ERR_OK;
}

bool route_find(attempt_link_t link, route_t *route) {
    *route = (route_t) {.count = 0};
    if (!platform_start_tcpip()) {
        return false;
    }
    route_call_t call = {.link = link, .route = route};
    return tcpip_api_call(route_find_call, &call.call) == ERR_OK && route->device[0] != '\0';
}

int route_bind(int fd, const char *device) {
    if (device == NULL || device[0] == '\0') {
        return 0;
    }
    struct ifreq request = {.ifr_name = ""};
    strncpy(request.ifr_name, device, sizeof(request.ifr_name) - 1);
    return lwip_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, &request, sizeof(request)) == 0 ? 0
        : errno;
}
