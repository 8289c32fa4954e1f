// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/port/stream_lwip.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "lwip/sockets.h"

#include "connectwith/port/linger_lwip.h"
#include "connectwith/port/platform.h"
#include "connectwith/port/route_lwip.h"
#include "connectwith/port/traffic_lwip.h"

void stream_init(stream_t *stream) {
    *stream = (stream_t) {.state = STREAM_CLOSED, .fd = -1, .link = -1};
}

// Closes the socket, through the TLS session if that owns it.
static void stream_drop(stream_t *stream, bool graceful) {
    if (stream->watch != NULL) {
        watch_end(stream->watch);
        stream->watch = NULL;
    }
    if (stream->tls != NULL) {
        tls_close(stream->tls, graceful);
        stream->tls = NULL;
    } else if (stream->fd >= 0 && graceful) {
        linger_begin(stream->fd);
    } else if (stream->fd >= 0) {
        lwip_close(stream->fd);
    }
    stream->fd = -1;
}

static void stream_fail(stream_t *stream, int error) {
    stream->error = error;
    stream->state = STREAM_FAILED;
    stream_drop(stream, false);
}

void stream_close(stream_t *stream) {
    stream_drop(stream, !stream->write_failed
        && (stream->state == STREAM_SECURE || stream->state == STREAM_CONNECTED));
    stream->state = STREAM_CLOSED;
}

int stream_connect(stream_t *stream, const uint8_t address[4], uint16_t port,
    const char *device) {
    if (stream->state != STREAM_CLOSED) {
        return EISCONN;
    }
    if (!platform_start_tcpip()) {
        return ENOMEM;
    }
    const int fd = lwip_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (fd < 0) {
        return errno;
    }
    // MQTT writes small packets and waits for an answer. Nagle's algorithm would delay them.
    int on = 1;
    (void)lwip_setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = lwip_htons(port)};
    memcpy(&peer.sin_addr, address, 4);
    int error = lwip_ioctl(fd, FIONBIO, &on) != 0 ? errno : route_bind(fd, device);
    if (error == 0 && lwip_connect(fd, (struct sockaddr *)&peer, sizeof(peer)) != 0
        && errno != EINPROGRESS) {
        error = errno;
    }
    if (error != 0) {
        lwip_close(fd);
        return error;
    }
    stream_init(stream);
    stream->link = traffic_begin(fd, device);
    stream->fd = fd;
    stream->state = STREAM_CONNECTING;
    return 0;
}

status_t stream_secure(stream_t *stream, const tls_config_t *config, void (*wake)(void)) {
    if (stream_poll(stream) != STREAM_CONNECTED) {
        return STATUS_NOT_CONNECTED;
    }
    const status_t status = tls_open(stream->fd, config, wake, &stream->tls);
    if (status == STATUS_OK) {
        stream->fd = -1;
        stream->state = STREAM_HANDSHAKE;
    }
    return status;
}

// Polls with lwip_select(), which only reads flags of the socket.
static stream_ready_t stream_select(int fd) {
    fd_set read_set, write_set;
    FD_ZERO(&read_set);
    FD_ZERO(&write_set);
    FD_SET(fd, &read_set);
    FD_SET(fd, &write_set);
    struct timeval now = {0, 0};
    stream_ready_t ready = {false, false, false};
    if (lwip_select(fd + 1, &read_set, &write_set, NULL, &now) > 0) {
        ready.read = FD_ISSET(fd, &read_set);
        ready.write = FD_ISSET(fd, &write_set);
    }
    return ready;
}

static void stream_poll_connecting(stream_t *stream) {
    // The socket becomes writable when it is connected or has failed.
    if (!stream_select(stream->fd).write) {
        return;
    }
    int error = 0;
    socklen_t len = sizeof(error);
    if (lwip_getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0) {
        error = errno;
    }
    if (error == 0) {
        stream->state = STREAM_CONNECTED;
    } else {
        // lwIP reports every RST as ECONNRESET. Here it answers a SYN: the server refuses.
        stream_fail(stream, error == ECONNRESET ? ECONNREFUSED : error);
    }
}

static void stream_poll_handshake(stream_t *stream) {
    const tls_state_t state = tls_state(stream->tls);
    if (state == TLS_HANDSHAKE) {
        return;
    }
    stream->verify_flags = tls_verify_flags(stream->tls);
    stream->not_before_s = tls_not_before_s(stream->tls);
    stream->resumed = tls_resumed(stream->tls);
    stream->retry = tls_retry(stream->tls);
    tls_settle(stream->tls);
    if (state == TLS_READY) {
        stream->state = STREAM_SECURE;
    } else {
        stream_fail(stream, tls_error(stream->tls));
    }
}

static void stream_write_done(stream_t *stream, int error) {
    if (error != 0 && error != EAGAIN && !stream->write_failed) {
        stream->write_failed = true;
        stream->error = error;
    }
}

stream_state_t stream_poll(stream_t *stream) {
    if (stream->state == STREAM_CONNECTING) {
        stream_poll_connecting(stream);
    } else if (stream->state == STREAM_HANDSHAKE) {
        stream_poll_handshake(stream);
    } else if (stream->state == STREAM_SECURE) {
        stream_write_done(stream, tls_flush(stream->tls));
    }
    return stream->state;
}

// 0: the stream carries data; EAGAIN: not yet; else the reason why it never will.
static int stream_usable(stream_t *stream) {
    switch (stream_poll(stream)) {
        case STREAM_CONNECTED:
        case STREAM_SECURE:
            return 0;
        case STREAM_CONNECTING:
        case STREAM_HANDSHAKE:
            return EAGAIN;
        case STREAM_FAILED:
            return stream->error;
        default:
            return EBADF;
    }
}

static int stream_socket_error(void) {
    return errno == EWOULDBLOCK || errno == EINPROGRESS ? EAGAIN : errno;
}

static int stream_read_once(stream_t *stream, void *buf, size_t len, int *error) {
    if (stream->tls != NULL) {
        return tls_read(stream->tls, buf, len, error);
    }
    const int count = traffic_recv(stream->fd, buf, len);
    if (count < 0) {
        *error = stream_socket_error();
    }
    return count;
}

int stream_read(stream_t *stream, void *buf, size_t len, int *error) {
    *error = stream_usable(stream);
    if (*error != 0) {
        return -1;
    }
    if (len == 0 || stream->ended) {
        return 0;
    }
    const int count = stream_read_once(stream, buf, len < INT_MAX ? len : INT_MAX, error);
    if (count == 0) {
        stream->ended = true;
    } else if (count < 0 && (*error != EAGAIN || stream->write_failed)) {
        // Nothing is left to read. The error of an earlier write takes precedence.
        *error = stream->write_failed ? stream->error : *error;
        stream_fail(stream, *error);
    }
    return count;
}

int stream_write(stream_t *stream, const void *buf, size_t len, int *error) {
    *error = stream_usable(stream);
    if (*error == 0 && stream->write_failed) {
        *error = stream->error;
    }
    if (*error != 0) {
        return -1;
    }
    if (len == 0) {
        return 0;
    }
    len = len < INT_MAX ? len : INT_MAX;
    int count;
    if (stream->tls != NULL) {
        count = tls_write(stream->tls, buf, len, error);
    } else {
        count = traffic_send(stream->fd, buf, len);
        *error = count < 0 ? stream_socket_error() : 0;
    }
    if (count < 0) {
        stream_write_done(stream, *error);
    }
    return count;
}

stream_ready_t stream_ready(stream_t *stream) {
    const int error = stream_usable(stream);
    if (error == EAGAIN) {
        return (stream_ready_t) {false, false, false};
    }
    if (error != 0 || stream->write_failed) {
        return (stream_ready_t) {true, true, true};
    }
    if (stream->ended) {
        return (stream_ready_t) {true, true, false};
    }
    if (stream->tls == NULL) {
        return stream_select(stream->fd);
    }
    stream_ready_t ready = stream_select(tls_socket(stream->tls));
    ready.read = ready.read || tls_has_pending(stream->tls);
    ready.write = ready.write && tls_flushed(stream->tls);
    return ready;
}

bool stream_watch(stream_t *stream, void (*wake)(void)) {
    if (stream_usable(stream) != 0) {
        return false;
    }
    if (stream->watch == NULL) {
        const int fd = stream->tls != NULL ? tls_socket(stream->tls) : stream->fd;
        stream->watch = watch_begin(fd, wake);
        if (stream->watch == NULL) {
            return false;
        }
    }
    if (stream->ended || stream->write_failed
        || (stream->tls != NULL && tls_has_pending(stream->tls))) {
        wake();  // the socket itself would not become readable
    } else if (stream->tls != NULL && !tls_flushed(stream->tls)) {
        return false;  // nothing reports when lwIP has room for the rest of a record
    } else {
        watch_arm(stream->watch);
    }
    return true;
}
