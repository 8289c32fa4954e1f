// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Options and the poll loop of netsim.

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "netsim.h"

world_t world = { .scan_ms = 120, .no_ap_ms = 300, .listen_fd = -1 };

static struct { struct pollfd *items; size_t count, size; } polled;
static bool soon;
static volatile sig_atomic_t stopped;

int64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_ms(void) {
    return clock_ns() / 1000000;
}

int64_t due_in(uint32_t ms) {
    // The running millisecond does not count: never early.
    return clock_ms() + ms + (ms > 0 ? 1 : 0);
}

void run_soon(void) {
    soon = true;
}

int poll_add(int fd, short events) {
    if (polled.count == polled.size) {
        size_t size = polled.size > 0 ? polled.size * 2 : 64;
        struct pollfd *items = realloc(polled.items, size * sizeof(*items));
        if (items == NULL) {
            return -1;
        }
        polled.items = items;
        polled.size = size;
    }
    polled.items[polled.count] = (struct pollfd) { fd, events, 0 };
    return (int)polled.count++;
}

short poll_result(int index) {
    return index >= 0 && (size_t)index < polled.count ? polled.items[index].revents : 0;
}

static void on_signal(int number) {
    (void)number;
    stopped = 1;
}

// Time until the next event that this client has planned, at most timeout_ms.
static uint32_t earliest(const client_t *client, uint32_t timeout_ms) {
    int64_t due_ms = cable_next_ms(client);
    if (client->todo != TODO_NONE && client->todo_ms < due_ms) {
        due_ms = client->todo_ms;
    }
    if (client->scan_ms < due_ms) {
        due_ms = client->scan_ms;
    }
    if (due_ms == INT64_MAX) {
        return timeout_ms;
    }
    int64_t in_ms = due_ms - clock_ms();
    in_ms = in_ms > 0 ? in_ms : 0;
    return in_ms < timeout_ms ? (uint32_t)in_ms : timeout_ms;
}

static uint32_t fill(void) {
    uint32_t timeout_ms = 1000;
    polled.count = 0;
    poll_add(STDIN_FILENO, POLLIN);
    poll_add(world.listen_fd, POLLIN);
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        client_t *client = &world.clients[i];
        if (client->fd >= 0) {
            client->poll_index = poll_add(client->fd,
                (short)(client->out_head != NULL ? POLLIN | POLLOUT : POLLIN));
            redirect_fill(client);
            nat_fill(client, &timeout_ms);
            timeout_ms = earliest(client, timeout_ms);
        }
    }
    return soon ? 0 : timeout_ms;
}

static void serve(client_t *client, bool failed) {
    nat_poll(client, failed);
    redirect_poll(client);
    short events = poll_result(client->poll_index);
    client->poll_index = -1;   // a client accepted later must not see it
    if ((events & POLLOUT) != 0) {
        wire_flush(client);
    }
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
        wire_read(client);
    }
    if (client->todo != TODO_NONE && client->todo_ms <= clock_ms()) {
        if (client->kind == KIND_WIFI) {
            station_due(client);
        } else {
            segment_due(client);
        }
    }
    if (client->scan_ms <= clock_ms()) {
        station_scan_due(client);
    }
    cable_run(client);
}

static void cut_pending(void) {
    for (size_t i = 0; i < world.network_count; i++) {
        network_t *network = &world.networks[i];
        if (network->cut_pending) {
            network->cut_pending = false;
            network->cut = true;
            control_event("cut %s", network->name);
            cable_changed(network);
        }
    }
}

static void loop(void) {
    while (!stopped && !world.quit) {
        uint32_t timeout_ms = fill();
        soon = false;
        bool failed = poll(polled.items, polled.count, (int)timeout_ms) < 0;
        if (failed) {
            for (size_t i = 0; i < polled.count; i++) {
                polled.items[i].revents = 0;
            }
        }
        for (size_t i = 0; i < CLIENT_MAX; i++) {
            if (world.clients[i].fd >= 0) {
                serve(&world.clients[i], failed);
            }
        }
        cut_pending();
        for (size_t i = 0; i < CLIENT_MAX; i++) {
            if (world.clients[i].fd >= 0 && world.clients[i].broken) {
                wire_close(&world.clients[i]);
            }
        }
        if (poll_result(1) != 0) {
            wire_accept();
        }
        if (poll_result(0) != 0 && !control_read()) {
            return;
        }
    }
}

static int listen_at(const char *path) {
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof(address.sun_path)) {
        fprintf(stderr, "netsim: %s: longer than %zu bytes\n", path, sizeof(address.sun_path) - 1);
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0
        || listen(fd, 64) != 0) {
        fprintf(stderr, "netsim: %s: %s\n", path, strerror(errno));
        return -1;
    }
    return fd;
}

static int usage(FILE *out) {
    fputs("usage: netsim --socket PATH\n"
        "Simulated networks for virtual boards that connect to the Unix socket PATH.\n"
        "Commands on stdin, answers (ok, error) and events on stdout; ends with stdin:\n"
        "  wifi NAME [KEY=VALUE]...     new access point; answers its number n (10.0.n.0/24)\n"
        "  set NAME [KEY=VALUE]...      NAME of an access point, ethernet, cellular\n"
        "  kick WIFI REASON             disconnects its stations\n"
        "  redirect dns=PORT sntp=PORT  UDP servers on 127.0.0.1, 0 for none\n"
        "  sim scan-ms=N no-ap-ms=N     duration of a scan, and of finding nothing\n"
        "  gpio MAC PIN LEVEL           drives an input pin of a board\n"
        "  forward ID PORT BOARD_PORT   TCP from 127.0.0.1:PORT to a client, until its link is lost\n"
        "  show [NAME]                  counters of a network, or of all\n"
        "  traffic                      counters of each interface (README.md)\n"
        "  quit\n"
        "Settings of all:    dhcp=on|off|nak|wrong|garbage|half|two-dns dhcp-ms=N delay-ms=N\n"
        "                    drop=0..1 seed=N silence=on|off|up|down cut=on|off\n"
        "                    cut-after=BYTES (-1: never) portal=on|off\n"
        "of access points:   ssid= key= (%20 for a space) power=on|off refuse=REASON (0: accept)\n"
        "                    mute=on|off hidden=on|off rssi=DBM channel=N assoc-ms=N\n"
        "                    wrong-key-ms=N beacon-ms=N\n"
        "of ethernet:        chip=on|off lock=on|off link-ms=N   of cellular: link-ms=N\n", out);
    return out == stdout ? 0 : 2;
}

static void add_wired(const char *name, uint8_t number, uint32_t link_ms) {
    network_t *network = &world.networks[world.network_count++];
    snprintf(network->name, sizeof(network->name), "%s", name);
    network->number = number;
    network->chip = true;
    network->link_ms = link_ms;
    cable_init(network, number);
}

static void prepare(void) {
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        world.clients[i].fd = -1;
    }
    add_wired("ethernet", 1, 100);
    add_wired("cellular", CELLULAR_NUMBER, 0);
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        { "socket", required_argument, NULL, 's' }, { "help", no_argument, NULL, 'h' }, { 0 },
    };
    const char *path = NULL;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1; ) {
        if (option == 'h') {
            return usage(stdout);
        }
        if (option != 's') {
            return usage(stderr);
        }
        path = optarg;
    }
    if (path == NULL || optind != argc) {
        return usage(stderr);
    }
    prepare();
    world.listen_fd = listen_at(path);
    if (world.listen_fd < 0) {
        return 1;
    }
    dprintf(STDOUT_FILENO, "ready %s\n", path);
    loop();
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        wire_close(&world.clients[i]);
    }
    close(world.listen_fd);
    unlink(path);
    free(polled.items);
    return 0;
}
