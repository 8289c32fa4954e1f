// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// One libslirp per client and network: DHCP, ARP, and TCP/UDP to the loopback of this machine.
// Nothing may leave the machine, which is ensured twice: by the filter below, in front of
// libslirp, and by binding all of libslirp's sockets to 127.0.n.1, from where no route leads out.
// That source address also tells the servers from which network a connection comes.

#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netsim.h"

struct nat {
    Slirp *slirp;
    client_t *client;
    struct sockaddr_in outbound;   // libslirp keeps the pointer
    bool filled;                   // nat_fill has run since the last poll
};

typedef enum { VERDICT_SWALLOW, VERDICT_PASS, VERDICT_DNS, VERDICT_SNTP,
    VERDICT_BEYOND, VERDICT_REFUSE } verdict_t;

enum { HOST_GATEWAY = 2, HOST_NAMESERVER = 3, HOST_DHCP_START = 15 };

static uint32_t host_address(const network_t *network, uint8_t host) {
    return 0x0a000000u | (uint32_t)network->number << 8 | host;
}

static verdict_t judge_udp(const network_t *network, uint32_t to, uint16_t port) {
    if (port == PORT_DHCP_SERVER
        && (to == 0xffffffffu || to == host_address(network, HOST_GATEWAY))) {
        return network->dhcp == DHCP_OFF ? VERDICT_SWALLOW : VERDICT_PASS;
    }
    if (to == host_address(network, HOST_NAMESERVER)) {
        return port == PORT_DNS ? VERDICT_DNS : VERDICT_SWALLOW;
    }
    if (to == BEYOND_ADDRESS) {
        return port == PORT_DNS ? VERDICT_DNS
            : port == PORT_SNTP ? VERDICT_SNTP : VERDICT_SWALLOW;
    }
    if (to == host_address(network, HOST_GATEWAY)) {
        return port == PORT_SNTP ? VERDICT_SNTP : VERDICT_PASS;
    }
    return VERDICT_SWALLOW;
}

// What may happen to a frame of FRAME_MIN to FRAME_MAX bytes that a board sent.
static verdict_t judge(const network_t *network, const uint8_t *frame, size_t length) {
    uint16_t type = get16(frame + ETHERTYPE);
    if (type == ETHERTYPE_ARP) {
        return length >= IP + 28 ? VERDICT_PASS : VERDICT_SWALLOW;
    }
    size_t total = length >= IP + 20 ? get16(frame + IP_LENGTH) : 0;
    if (type != ETHERTYPE_IPV4 || total < 20 + 8 || total > length - IP) {
        return VERDICT_SWALLOW;
    }
    // Neither options nor fragments: a board needs none, and one fragment that is not the first
    // of its packet crashes libslirp 4.7.
    if (frame[IP] != IP_NO_OPTIONS || (get16(frame + IP_FRAGMENT) & 0x3fff) != 0) {
        return VERDICT_SWALLOW;
    }
    uint32_t to = get32(frame + IP_DESTINATION);
    switch (frame[IP_PROTOCOL]) {
        case PROTOCOL_UDP:
            return judge_udp(network, to, get16(frame + DESTINATION_PORT));
        case PROTOCOL_TCP:
            if (beyond_is_here(to) || to == REFUSED_ADDRESS) {
                return to == REFUSED_ADDRESS ? VERDICT_REFUSE : VERDICT_BEYOND;
            }
            // fall through
        case PROTOCOL_ICMP:
            return to == host_address(network, HOST_GATEWAY) ? VERDICT_PASS : VERDICT_SWALLOW;
        default:
            return VERDICT_SWALLOW;
    }
}

static ssize_t on_send(const void *frame, size_t length, void *opaque) {
    nat_t *nat = opaque;
    uint8_t spoilt[FRAME_MAX];
    size_t spoilt_length = dhcp_spoil(nat->client->network, frame, length, spoilt);
    if (spoilt_length == 0 && beyond_down(frame, length, spoilt)) {
        spoilt_length = length;
    }
    if (spoilt_length > 0) {
        cable_offer(nat->client, DIRECTION_DOWN, spoilt, spoilt_length);
    } else {
        cable_offer(nat->client, DIRECTION_DOWN, frame, length);
    }
    return (ssize_t)length;
}

static void on_guest_error(const char *text, void *opaque) {
    (void)opaque;
    fprintf(stderr, "netsim: libslirp: %s\n", text);
}

static int64_t on_clock(void *opaque) {
    (void)opaque;
    return clock_ns();
}

// libslirp wants timers for IPv6 router advertisements only, and IPv6 is off.
static void *on_timer_new(SlirpTimerCb callback, void *callback_opaque, void *opaque) {
    (void)callback, (void)callback_opaque, (void)opaque;
    return NULL;
}

static void on_timer_free(void *timer, void *opaque) {
    (void)timer, (void)opaque;
}

static void on_timer_mod(void *timer, int64_t expire_ms, void *opaque) {
    (void)timer, (void)expire_ms, (void)opaque;
}

static void on_poll_fd(int fd, void *opaque) {
    (void)fd, (void)opaque;   // the set is built anew before each poll()
}

static void on_notify(void *opaque) {
    (void)opaque;
    run_soon();
}

static const SlirpCb callbacks = {
    .send_packet = on_send,
    .guest_error = on_guest_error,
    .clock_get_ns = on_clock,
    .timer_new = on_timer_new,
    .timer_free = on_timer_free,
    .timer_mod = on_timer_mod,
    .register_poll_fd = on_poll_fd,
    .unregister_poll_fd = on_poll_fd,
    .notify = on_notify,
};

bool nat_open(client_t *client, network_t *network) {
    nat_t *nat = calloc(1, sizeof(*nat));
    if (nat == NULL) {
        return false;
    }
    nat->client = client;
    nat->outbound.sin_family = AF_INET;
    nat->outbound.sin_addr.s_addr = htonl(0x7f000001u | (uint32_t)network->number << 8);
    SlirpConfig config = {
        .version = 3,   // 3 has outbound_addr and disable_dns
        .in_enabled = true,
        .vnetwork.s_addr = htonl(host_address(network, 0)),
        .vnetmask.s_addr = htonl(0xffffff00u),
        .vhost.s_addr = htonl(host_address(network, HOST_GATEWAY)),
        .vnameserver.s_addr = htonl(host_address(network, HOST_NAMESERVER)),
        .vdhcp_start.s_addr = htonl(host_address(network, HOST_DHCP_START)),
        .outbound_addr = &nat->outbound,
        .disable_dns = true,
    };
    nat->slirp = slirp_new(&config, &callbacks, nat);
    if (nat->slirp == NULL) {
        free(nat);
        return false;
    }
    client->nat = nat;
    client->network = network;
    return true;
}

void nat_close(client_t *client) {
    redirect_close(client);
    client->network = NULL;   // first: frames that libslirp sends while it ends are dropped
    cable_clear(client);
    if (client->nat != NULL) {
        slirp_cleanup(client->nat->slirp);
        free(client->nat);
        client->nat = NULL;
    }
}

bool nat_forward(unsigned id, uint16_t from, uint16_t to) {
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        const client_t *client = &world.clients[i];
        if (client->fd >= 0 && client->id == id && client->nat != NULL) {
            // A client is alone in its network and has the first address that DHCP gives.
            struct in_addr here = { htonl(INADDR_LOOPBACK) };
            struct in_addr board = { htonl(host_address(client->network, HOST_DHCP_START)) };
            return slirp_add_hostfwd(client->nat->slirp, 0, here, from, board, to) == 0;
        }
    }
    return false;
}

void nat_input(client_t *client, const uint8_t *frame, size_t length) {
    uint8_t changed[FRAME_MAX];
    switch (judge(client->network, frame, length)) {
        case VERDICT_PASS:
            slirp_input(client->nat->slirp, frame, (int)length);
            if (get16(frame + ETHERTYPE) == ETHERTYPE_ARP) {
                // Packets that waited for this address go out in libslirp's next poll.
                run_soon();
            }
            break;
        case VERDICT_DNS:
            redirect_send(client, frame, length, world.dns_port);
            break;
        case VERDICT_SNTP:
            redirect_send(client, frame, length, world.sntp_port);
            break;
        case VERDICT_BEYOND:
            if (beyond_up(client->network, frame, length, changed)) {
                slirp_input(client->nat->slirp, changed, (int)length);
            }
            break;
        case VERDICT_REFUSE:
            beyond_refuse(client, frame, length);
            break;
        case VERDICT_SWALLOW:
            break;
    }
}

static int on_add_poll(int fd, int events, void *opaque) {
    (void)opaque;
    short wanted = 0;
    wanted |= events & SLIRP_POLL_IN ? POLLIN : 0;
    wanted |= events & SLIRP_POLL_OUT ? POLLOUT : 0;
    wanted |= events & SLIRP_POLL_PRI ? POLLPRI : 0;
    return poll_add(fd, wanted);
}

static int on_get_revents(int index, void *opaque) {
    (void)opaque;
    short got = poll_result(index);
    int events = 0;
    events |= got & POLLIN ? SLIRP_POLL_IN : 0;
    events |= got & POLLOUT ? SLIRP_POLL_OUT : 0;
    events |= got & POLLPRI ? SLIRP_POLL_PRI : 0;
    events |= got & POLLERR ? SLIRP_POLL_ERR : 0;
    events |= got & POLLHUP ? SLIRP_POLL_HUP : 0;
    return events;
}

void nat_fill(client_t *client, uint32_t *timeout_ms) {
    if (client->nat != NULL) {
        slirp_pollfds_fill(client->nat->slirp, timeout_ms, on_add_poll, NULL);
        client->nat->filled = true;
    }
}

void nat_poll(client_t *client, bool failed) {
    // An instance opened since nat_fill knows nothing of this poll().
    if (client->nat != NULL && client->nat->filled) {
        client->nat->filled = false;
        slirp_pollfds_poll(client->nat->slirp, failed, on_get_revents, NULL);
    }
}
