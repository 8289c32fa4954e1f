// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// PPP with the board, by lwIP: serial bytes on one side, IP packets on the other.

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lwip/init.h"
#include "lwip/pbuf.h"
#include "lwip/timeouts.h"
#include "netif/ppp/ppp.h"
#include "netif/ppp/pppos.h"

#include "hooks.h"
#include "server.h"

enum { OUR_ADDRESS = 0x0a404040 };   // 10.64.64.64: outside the simulated networks

static ppp_pcb *pcb;
static struct netif netif;
static server_state_t state;

u32_t sys_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

u32_t sys_jiffies(void) {
    return sys_now();
}

uint32_t server_random(void) {
    uint32_t number;
    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number)) {
        abort();   // CHAP challenges must not be guessable because of a fault here
    }
    return number;
}

static u32_t on_output(ppp_pcb *from, const void *data, u32_t size, void *context) {
    (void)from, (void)context;
    serial_write(data, size);
    return size;
}

static void on_status(ppp_pcb *from, int error, void *context) {
    (void)from, (void)context;
    if (error == PPPERR_NONE) {
        fputs("up\n", stderr);
    } else if (state == SERVER_RUNNING) {
        state = error == PPPERR_AUTHFAIL ? SERVER_AUTH_FAILED : SERVER_FAILED;
    }
}

// lwIP's hook for each IPv4 packet that comes in; 1: lwIP must neither handle nor free it.
int server_take_packet(struct pbuf *packet, struct netif *from) {
    (void)from;
    uint8_t bytes[PACKET_MAX];
    if (packet->tot_len <= sizeof(bytes)) {
        uplink_packet(bytes, pbuf_copy_partial(packet, bytes, sizeof(bytes), 0));
    }
    pbuf_free(packet);
    return 1;
}

void server_packet(const uint8_t *packet, size_t size) {
    if (pcb == NULL || !netif_is_link_up(&netif)) {
        return;
    }
    struct pbuf *p = pbuf_alloc(PBUF_LINK, (u16_t)size, PBUF_RAM);
    if (p == NULL) {
        return;
    }
    pbuf_take(p, packet, (u16_t)size);
    ip4_addr_t to;
    memcpy(&to, packet + 16, 4);
    netif.output(&netif, p, &to);
    pbuf_free(p);
}

void server_input(const uint8_t *data, size_t size) {
    pppos_input(pcb, data, (int)size);
    // The peer has closed LCP and got the acknowledgment. lwIP now waits until the lower layer goes
    // down; this program is that layer.
    if (pcb->lcp_fsm.state == PPP_FSM_STOPPING && state == SERVER_RUNNING) {
        state = SERVER_TERMINATED;
    }
}

server_state_t server_state(void) {
    return state;
}

int server_timeout_ms(void) {
    u32_t ms = sys_timeouts_sleeptime();
    return ms < 1000 ? (int)ms : 1000;
}

void server_run(void) {
    sys_check_timeouts();
}

static void require_auth(const options_t *options) {
    if (strcmp(options->auth, "none") != 0) {
        bool pap = strcmp(options->auth, "pap") == 0;
        ppp_set_auth(pcb, pap ? PPPAUTHTYPE_PAP : PPPAUTHTYPE_CHAP, options->user,
            options->password);
        ppp_set_auth_required(pcb, 1);
    }
}

bool server_start(const options_t *options) {
    lwip_init();
    pcb = pppos_create(&netif, on_output, on_status, NULL);
    if (pcb == NULL) {
        return false;
    }
    ip4_addr_t address;
    ip4_addr_set_u32(&address, lwip_htonl(OUR_ADDRESS));
    ppp_set_ipcp_ouraddr(pcb, &address);
    ip4_addr_set_u32(&address, lwip_htonl(options->address));
    ppp_set_ipcp_hisaddr(pcb, &address);
    for (int i = 0; i < 2; i++) {
        if (options->dns[i] != 0) {
            ip4_addr_set_u32(&address, lwip_htonl(options->dns[i]));
            ppp_set_ipcp_dnsaddr(pcb, (u8_t)i, &address);
        }
    }
    require_auth(options);
    ppp_set_silent(pcb, !options->begins);
    return ppp_listen(pcb) == ERR_OK;
}
