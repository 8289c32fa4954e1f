// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Options and the poll loop of ppp-server: the other end of a board's PPP, inside the simulated
// modem. Serial bytes on stdin and stdout, what has happened on stderr, one word a line.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server.h"

enum {
    EXIT_HUNG_UP = 0,       // stdin has ended
    EXIT_TROUBLE = 1,
    EXIT_USAGE = 2,
    EXIT_TERMINATED = 3,
    EXIT_AUTH_FAILED = 4,
    EXIT_FAILED = 5,
};

enum { READER_WAIT_MS = 1000 };

static bool reader_gone;

void serial_write(const uint8_t *data, size_t size) {
    while (size > 0 && !reader_gone) {
        ssize_t n = write(STDOUT_FILENO, data, size);
        if (n > 0) {
            data += n;
            size -= (size_t)n;
            continue;
        }
        struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };
        reader_gone = (n < 0 && errno != EAGAIN && errno != EINTR)
            || poll(&out, 1, READER_WAIT_MS) <= 0;
    }
}

static int usage(FILE *out) {
    fputs("usage: ppp-server [--socket NET --mac MAC12] --address A.B.C.D [--dns A.B.C.D]...\n"
        "                  [--auth none|pap|chap --user NAME --password WORD] [--begins]\n"
        "PPP server: serial bytes on stdin and stdout, IP packets by netsim's socket NET.\n"
        "--begins: it sends the first frame; else the board does.\n"
        "Lines on stderr: up, terminated (by the peer), auth-failed, failed. Ends with stdin\n"
        "(code 0), or after one of the last three (3, 4, 5).\n", out);
    return out == stdout ? 0 : EXIT_USAGE;
}

static bool parse_mac(const char *text, uint8_t mac[6]) {
    unsigned m[6];
    int used = 0;
    if (sscanf(text, "%2x%2x%2x%2x%2x%2x%n", m, m + 1, m + 2, m + 3, m + 4, m + 5, &used) != 6
        || used != 12 || text[12] != '\0') {
        return false;
    }
    for (int i = 0; i < 6; i++) {
        mac[i] = (uint8_t)m[i];
    }
    return true;
}

static bool parse_address(const char *text, uint32_t *address) {
    struct in_addr in;
    if (inet_pton(AF_INET, text, &in) != 1) {
        return false;
    }
    *address = ntohl(in.s_addr);
    return true;
}

static bool is_auth(const char *text) {
    return strcmp(text, "none") == 0 || strcmp(text, "pap") == 0 || strcmp(text, "chap") == 0;
}

// False: the arguments are not those of usage().
static bool parse(int argc, char **argv, options_t *options) {
    static const struct option names[] = {
        { "socket", required_argument, NULL, 's' }, { "mac", required_argument, NULL, 'm' },
        { "address", required_argument, NULL, 'a' }, { "dns", required_argument, NULL, 'd' },
        { "auth", required_argument, NULL, 't' }, { "user", required_argument, NULL, 'u' },
        { "password", required_argument, NULL, 'p' }, { "begins", no_argument, NULL, 'b' },
        { 0 },
    };
    bool good = true;
    for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1; ) {
        switch (name) {
            case 's': options->socket = optarg; break;
            case 'm': good = good && parse_mac(optarg, options->mac); break;
            case 'a': good = good && parse_address(optarg, &options->address); break;
            case 'd':
                good = good && options->dns[1] == 0
                    && parse_address(optarg, &options->dns[options->dns[0] == 0 ? 0 : 1]);
                break;
            case 't': options->auth = optarg; good = good && is_auth(optarg); break;
            case 'u': options->user = optarg; break;
            case 'p': options->password = optarg; break;
            case 'b': options->begins = true; break;
            default: return false;
        }
    }
    return good && optind == argc && options->address != 0;
}

static int finish(server_state_t state) {
    switch (state) {
        case SERVER_TERMINATED:
            fputs("terminated\n", stderr);
            return EXIT_TERMINATED;
        case SERVER_AUTH_FAILED:
            fputs("auth-failed\n", stderr);
            return EXIT_AUTH_FAILED;
        default:
            fputs("failed\n", stderr);
            return EXIT_FAILED;
    }
}

static int loop(void) {
    uint8_t buffer[4096];
    while (server_state() == SERVER_RUNNING) {
        struct pollfd fds[2] = { { STDIN_FILENO, POLLIN, 0 }, { uplink_fd(), POLLIN, 0 } };
        if (poll(fds, 2, server_timeout_ms()) < 0 && errno != EINTR) {
            return EXIT_TROUBLE;
        }
        if (fds[0].revents != 0) {
            ssize_t got = read(STDIN_FILENO, buffer, sizeof(buffer));
            if (got <= 0) {
                return EXIT_HUNG_UP;
            }
            server_input(buffer, (size_t)got);
        }
        if (fds[1].revents != 0) {
            uplink_read();
        }
        server_run();
        if (reader_gone) {
            return EXIT_HUNG_UP;
        }
    }
    return finish(server_state());
}

int main(int argc, char **argv) {
    options_t options = { .auth = "none", .user = "", .password = "" };
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        return usage(stdout);
    }
    if (!parse(argc, argv, &options)) {
        return usage(stderr);
    }
    signal(SIGPIPE, SIG_IGN);
    fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
    if (options.socket != NULL && !uplink_open(&options)) {
        fprintf(stderr, "ppp-server: %s: %s\n", options.socket, strerror(errno));
        return EXIT_TROUBLE;
    }
    if (!server_start(&options)) {
        fputs("ppp-server: lwIP does not start\n", stderr);
        return EXIT_TROUBLE;
    }
    return loop();
}
