// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Ethernet as a board with a W5500 sees it: is a chip there, is the cable in, is the link up. The
// link of a modem to its operator's network works alike, and always has a chip.

#include "netsim.h"

network_t *segment(void) {
    return &world.networks[0];
}

network_t *cellular(void) {
    return &world.networks[1];
}

static network_t *network_of(const client_t *client) {
    return client->kind == KIND_CELL ? cellular() : segment();
}

static bool link_possible(const client_t *client) {
    const network_t *network = network_of(client);
    return client->started && network->chip && cable_up(network);
}

// Takes the link up or down, as started, chip and cable say.
static void settle(client_t *client) {
    bool wanted = link_possible(client);
    if (wanted && client->network == NULL && client->todo == TODO_NONE) {
        client->todo = TODO_LINK_UP;
        client->todo_takes_ms = &network_of(client)->link_ms;
        client->todo_ms = due_in(*client->todo_takes_ms);
    } else if (!wanted) {
        client->todo = TODO_NONE;
        if (client->network != NULL) {
            nat_close(client);
            control_event("left %u 0", client->id);
            if (client->started) {
                wire_send(client, 'D', NULL, 0);
            }
        }
    }
}

void segment_query(client_t *client) {
    const network_t *network = segment();
    wire_send(client, !network->chip ? 'X' : network->locked ? 'K' : 'O', NULL, 0);
}

void segment_reset(client_t *client) {
    segment()->locked = false;
    control_event("reset %u", client->id);
}

void segment_lock(bool on) {
    segment()->locked = on;
    for (size_t i = 0; i < CLIENT_MAX && on; i++) {
        client_t *client = &world.clients[i];
        if (client->fd >= 0 && client->kind == KIND_ETHERNET) {
            wire_send(client, 'B', NULL, 0);
        }
    }
}

void segment_start(client_t *client, bool on) {
    client->started = on;
    settle(client);
}

void segment_due(client_t *client) {
    client->todo = TODO_NONE;
    if (link_possible(client) && nat_open(client, network_of(client))) {
        wire_send(client, 'U', NULL, 0);
        control_event("joined %u %s", client->id, client->network->name);
    }
}

void segment_changed(void) {
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        client_t *client = &world.clients[i];
        if (client->fd >= 0
            && (client->kind == KIND_ETHERNET || client->kind == KIND_CELL)) {
            settle(client);
        }
    }
}
