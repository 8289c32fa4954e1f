// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#define _GNU_SOURCE // pthread_setname_np
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "board.h"

struct wire {
    int fd;
    atomic_int owners; // its user and its thread; the last one to release it frees it
    wire_handler_t handler;
    void *arg;
};

static void release(wire_t *wire) {
    if (atomic_fetch_sub(&wire->owners, 1) == 1) {
        close(wire->fd);
        free(wire);
    }
}

static void *read_messages(void *arg) {
    wire_t *wire = arg;
    pthread_setname_np(pthread_self(), "wire");
    uint8_t message[WIRE_MESSAGE_MAX];
    for (;;) {
        ssize_t length = recv(wire->fd, message, sizeof(message), MSG_TRUNC);
        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length <= 0) {
            break;
        }
        if ((size_t)length <= sizeof(message) && message[0] != WIRE_GONE) {
            wire->handler(wire, wire->arg, message[0], message + 1, (size_t)length - 1);
        }
    }
    wire->handler(wire, wire->arg, WIRE_GONE, NULL, 0);
    release(wire);
    return NULL;
}

// A connected socket, or -1. The connect does not block: it fails if the world does not accept.
static int connect_to(const char *path) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (path == NULL || strlen(path) >= sizeof(address.sun_path)) {
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0
        || fcntl(fd, F_SETFL, 0) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

wire_t *wire_open(const char *kind, const uint8_t mac[6], wire_handler_t handler, void *arg) {
    wire_t *wire = malloc(sizeof(*wire));
    if (wire == NULL) {
        return NULL;
    }
    *wire = (wire_t) { .fd = connect_to(board_options.net), .handler = handler, .arg = arg };
    atomic_init(&wire->owners, 2);
    pthread_t thread;
    char hello[32];
    int length = snprintf(hello, sizeof(hello), "%s %02x%02x%02x%02x%02x%02x", kind,
        mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    if (wire->fd < 0 || !wire_send(wire, 'H', hello, (size_t)length)
        || pthread_create(&thread, NULL, read_messages, wire) != 0) {
        if (wire->fd >= 0) {
            close(wire->fd);
        }
        free(wire);
        return NULL;
    }
    pthread_detach(thread);
    return wire;
}

bool wire_send(wire_t *wire, uint8_t type, const void *payload, size_t length) {
    struct iovec part[] = { { &type, 1 }, { (void *)payload, length } };
    struct msghdr message = { .msg_iov = part, .msg_iovlen = 2 };
    ssize_t sent;
    do {
        sent = sendmsg(wire->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

void wire_close(wire_t *wire) {
    if (wire != NULL) {
        shutdown(wire->fd, SHUT_RDWR);
        release(wire);
    }
}
