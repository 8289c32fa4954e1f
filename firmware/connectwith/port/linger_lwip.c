// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/linger_lwip.h"

#include <stdatomic.h>
#include <stdint.h>

#include "lwip/priv/tcp_priv.h"
#include "lwip/sockets.h"
#include "lwip/sys.h"

#include "connectwith/port/platform.h"

// How long a link is kept up at most for a peer that does not acknowledge. It is longer than a
// round trip over any link and leaves time for one retransmission.
#define LINGER_MS (1000)

// Both ports of the connection, the local one in the upper half; 0: none.
static uint32_t lingering;
static uint32_t since_ms;
static atomic_uint_least32_t acknowledged; // the last connection whose FIN is acknowledged

static uint16_t port_of(int fd, int (*name)(int, struct sockaddr *, socklen_t *)) {
    struct sockaddr_in address = {0};
    socklen_t len = sizeof(address);
    return name(fd, (struct sockaddr *)&address, &len) == 0 ? lwip_ntohs(address.sin_port) : 0;
}

void linger_begin(int fd) {
    lingering = (uint32_t)port_of(fd, lwip_getsockname) << 16 | port_of(fd, lwip_getpeername);
    since_ms = sys_now();
    atomic_store(&acknowledged, 0);
    // The sending half first. lwip_close() alone sends RST if received data was not read, and then
    // drops what it has not sent yet.
    (void)lwip_shutdown(fd, SHUT_WR);
    lwip_close(fd);
}

// lwIP's thread. The PCB exists after its socket was closed, until the peer has closed, too.
static void check_acknowledged(void *arg) {
    const uint32_t ports = (uint32_t)(uintptr_t)arg;
    for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
        if (((uint32_t)pcb->local_port << 16 | pcb->remote_port) == ports
            && pcb->state != FIN_WAIT_2) {
            return;
        }
    }
    atomic_store(&acknowledged, ports);
}

bool linger_pending(void) {
    if (lingering == 0) {
        return false;
    }
    if (atomic_load(&acknowledged) == lingering || sys_now() - since_ms >= LINGER_MS) {
        lingering = 0;
        return false;
    }
    // If lwIP's queue is full, the next call tries again.
    (void)platform_run_in_tcpip(check_acknowledged, (void *)(uintptr_t)lingering);
    return true;
}
