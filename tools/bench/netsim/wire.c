// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Boards come and go; messages in, messages out. One SOCK_SEQPACKET connection is one interface,
// one packet is one message: a type byte and its payload. What a board sends is never trusted.

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netsim.h"

enum {
    READ_BURST = 32,       // messages of one client before the others have their turn
    QUEUE_FRAMES = 512,    // a board that does not read loses frames ...
    QUEUE_MESSAGES = 4096, // ... and one that never reads is disconnected
};

struct message {
    message_t *next;
    size_t length;
    uint8_t data[];
};

static unsigned last_id;

void wire_accept(void) {
    int fd = accept4(world.listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        client_t *client = &world.clients[i];
        if (client->fd < 0) {
            memset(client, 0, sizeof(*client));
            client->fd = fd;
            client->poll_index = -1;
            client->id = ++last_id;
            client->scan_ms = INT64_MAX;
            for (size_t j = 0; j < FLOW_MAX; j++) {
                client->flows[j].fd = -1;
            }
            return;
        }
    }
    fprintf(stderr, "netsim: more than %d interfaces, one refused\n", CLIENT_MAX);
    close(fd);
}

static message_t *pop(client_t *client) {
    message_t *message = client->out_head;
    client->out_head = message->next;
    if (client->out_head == NULL) {
        client->out_tail = NULL;
    }
    client->out_count--;
    return message;
}

void wire_close(client_t *client) {
    if (client->fd < 0) {
        return;
    }
    nat_close(client);
    while (client->out_head != NULL) {
        free(pop(client));
    }
    close(client->fd);
    client->fd = -1;
    if (client->kind != KIND_NEW) {
        control_event("gone %u", client->id);
    }
}

void wire_flush(client_t *client) {
    while (client->out_head != NULL) {
        message_t *message = client->out_head;
        if (send(client->fd, message->data, message->length, MSG_NOSIGNAL) < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                client->broken = true;
            }
            return;
        }
        free(pop(client));
    }
}

void wire_send(client_t *client, char type, const void *payload, size_t length) {
    message_t *message = NULL;
    if (client->fd >= 0 && !client->broken && client->out_count < QUEUE_MESSAGES) {
        message = malloc(sizeof(*message) + 1 + length);
    }
    if (message == NULL) {
        client->broken = true;
        return;
    }
    message->next = NULL;
    message->length = 1 + length;
    message->data[0] = (uint8_t)type;
    if (length > 0) {
        memcpy(message->data + 1, payload, length);
    }
    if (client->out_tail == NULL) {
        client->out_head = message;
    } else {
        client->out_tail->next = message;
    }
    client->out_tail = message;
    client->out_count++;
    wire_flush(client);
}

void wire_frame(client_t *client, const uint8_t *frame, size_t length) {
    if (client->out_count < QUEUE_FRAMES) {
        wire_send(client, 'F', frame, length);
    }
}

static int hex_digit(uint8_t c) {
    return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static bool parse_mac(const uint8_t *text, uint8_t mac[6]) {
    for (size_t i = 0; i < 6; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        mac[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void wire_mac(const client_t *client, char text[13]) {
    const uint8_t *m = client->mac;
    snprintf(text, 13, "%02x%02x%02x%02x%02x%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

// The process at the other end, 0 if it cannot be told; a board keeps it through a reset.
static pid_t peer_pid(int fd) {
    struct ucred peer;
    socklen_t size = sizeof(peer);
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

// "wifi <mac12>", "eth <mac12>", "cell <mac12>" or "gpio <mac12>"
static bool greet(client_t *client, const uint8_t *text, size_t length) {
    static const struct { const char *word; client_kind_t kind; } kinds[] = {
        { "wifi ", KIND_WIFI }, { "eth ", KIND_ETHERNET }, { "cell ", KIND_CELL },
        { "gpio ", KIND_GPIO },
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t n = strlen(kinds[i].word);
        if (length == n + 12 && memcmp(text, kinds[i].word, n) == 0
            && parse_mac(text + n, client->mac)) {
            client->kind = kinds[i].kind;
            control_event("client %u %.*s %d", client->id, (int)length, (const char *)text,
                (int)peer_pid(client->fd));
            if (client->kind == KIND_CELL) {
                segment_start(client, true);
            }
            return true;
        }
    }
    return false;
}

static void gpio_message(client_t *client, const uint8_t *text, size_t length) {
    char copy[32];
    unsigned pin, level;
    int used = 0;
    if (length >= sizeof(copy)) {
        return;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (sscanf(copy, "%3u %1u%n", &pin, &level, &used) == 2 && (size_t)used == length) {
        char mac[13];
        wire_mac(client, mac);
        control_event("gpio %s %u %u", mac, pin, level != 0);
    }
}

// Unknown types and wrong lengths are ignored: a newer board may have more of them.
static void handle(client_t *client, const uint8_t *message, size_t length) {
    uint8_t type = message[0];
    const uint8_t *payload = message + 1;
    length--;
    if (client->kind == KIND_NEW) {
        client->broken = type != 'H' || !greet(client, payload, length);
    } else if (type == 'F') {
        cable_offer(client, DIRECTION_UP, payload, length);
    } else if (client->kind == KIND_WIFI && (type == 'J' || type == 'B')) {
        station_join(client, type == 'B', payload, length);
    } else if (client->kind == KIND_WIFI && type == 'L') {
        station_leave(client);
    } else if (client->kind == KIND_WIFI && type == 'S') {
        station_scan(client, payload, length);
    } else if (client->kind == KIND_ETHERNET && type == 'Q') {
        segment_query(client);
    } else if (client->kind == KIND_ETHERNET && type == 'R') {
        segment_reset(client);
    } else if (client->kind == KIND_ETHERNET && type == 'P' && length == 1) {
        segment_start(client, payload[0] == '1');
    } else if (client->kind == KIND_GPIO && type == 'G') {
        gpio_message(client, payload, length);
    }
}

void wire_read(client_t *client) {
    uint8_t message[MESSAGE_MAX];
    for (int i = 0; i < READ_BURST && !client->broken; i++) {
        ssize_t got = recv(client->fd, message, sizeof(message), MSG_TRUNC);
        if (got < 0) {
            client->broken = errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
            return;
        }
        if (got == 0) {   // end of file; an empty packet looks the same and is no message
            client->broken = true;
            return;
        }
        if ((size_t)got <= sizeof(message)) {
            handle(client, message, (size_t)got);
        }
    }
}

unsigned wire_pin(const char *mac, unsigned pin, bool level) {
    char text[16];
    int length = snprintf(text, sizeof(text), "%u %d", pin, level);
    unsigned sent = 0;
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        client_t *client = &world.clients[i];
        char own[13];
        wire_mac(client, own);
        if (client->fd >= 0 && client->kind == KIND_GPIO && strcmp(own, mac) == 0) {
            wire_send(client, 'I', text, (size_t)length);
            sent++;
        }
    }
    return sent;
}
