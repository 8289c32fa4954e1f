// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What has passed: packets that boards have sent, by kind, and frames that were carried. Counting
// costs a few additions for each frame; nothing is kept but the sums.

#include <inttypes.h>
#include <stdio.h>

#include "netsim.h"

static const char *const kinds[SENT_COUNT] = { "tcp", "dns", "sntp", "udp", "dhcp" };

static sent_t kind_of_udp(uint16_t port) {
    return port == PORT_DNS ? SENT_DNS : port == PORT_SNTP ? SENT_SNTP
        : port == PORT_DHCP_SERVER ? SENT_DHCP : SENT_UDP;
}

static void count(client_t *client, sent_t kind) {
    client->sent[kind]++;
    client->network->sent[kind]++;
}

void counters_sent(client_t *client, const uint8_t *frame, size_t length) {
    if (length < UDP_PAYLOAD || get16(frame + ETHERTYPE) != ETHERTYPE_IPV4
        || frame[IP] != IP_NO_OPTIONS) {
        return;
    }
    if (frame[IP_PROTOCOL] == PROTOCOL_TCP) {
        count(client, SENT_TCP);
    } else if (frame[IP_PROTOCOL] == PROTOCOL_UDP) {
        count(client, kind_of_udp(get16(frame + DESTINATION_PORT)));
    }
}

void counters_carried(client_t *client, direction_t direction, size_t length) {
    client->network->frames[direction]++;
    client->frames[direction]++;
    client->bytes[direction] += length;
}

static void show(const network_t *n) {
    unsigned clients = 0;
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        clients += world.clients[i].fd >= 0 && world.clients[i].network == n;
    }
    printf(" name=%s number=%u clients=%u", n->name, n->number, clients);
    for (int i = 0; i < SENT_COUNT; i++) {
        printf(" %s=%" PRIu64, kinds[i], n->sent[i]);
    }
    printf(" up=%" PRIu64 " down=%" PRIu64 " lost=%" PRIu64 " cut=%s", n->frames[DIRECTION_UP],
        n->frames[DIRECTION_DOWN], n->lost, n->cut ? "on" : "off");
}

static void end_line(void) {
    putchar('\n');
    fflush(stdout);   // all other output goes past stdio
}

void counters_show(const network_t *only) {
    printf("ok");
    for (size_t i = 0; i < world.network_count; i++) {
        if (only == NULL || only == &world.networks[i]) {
            show(&world.networks[i]);
        }
    }
    end_line();
}

void counters_traffic(void) {
    printf("ok");
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        const client_t *c = &world.clients[i];
        if (c->fd >= 0 && c->kind != KIND_NEW && c->kind != KIND_GPIO) {
            printf(" %u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, c->id,
                c->frames[DIRECTION_UP], c->frames[DIRECTION_DOWN], c->bytes[DIRECTION_UP],
                c->bytes[DIRECTION_DOWN]);
            for (int j = 0; j < SENT_COUNT; j++) {
                printf(",%" PRIu64, c->sent[j]);
            }
            printf(",%s", c->network != NULL ? c->network->name : "");
        }
    }
    end_line();
}
