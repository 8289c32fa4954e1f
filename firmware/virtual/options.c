// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The command line of the virtual board.

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "mpconfigboard.h"

#define HEAP_KIB_MIN (8)
#define HEAP_KIB_MAX (64 * 1024)
#define EAGER_MAX (65536)
#define CUT_MAX (1u << 30)

board_options_t board_options = {
    .heap_bytes = MICROPY_GC_INITIAL_HEAP_SIZE,
};

bool board_is_eager;

static const char usage[] =
    "usage: virtual-board --dir DIR [option]...\n"
    "\n"
    "An ESP32 board running MicroPython, as a process. Its serial console is a pty.\n"
    "\n"
    "  --dir DIR        where flash.bin, pid and the links console, uart1, uart2 stand\n"
    "  --net SOCK       socket of the simulated world; without it no network is in reach\n"
    "  --heap KIB       size of the MicroPython heap (default %u)\n"
    "  --uart N=PATH    UART N (1 or 2) is the tty PATH instead of a new pty\n"
    "  --one-core       one core for Python and tasks of its priority, and a tick of 10 ms\n"
    "  --mac HEX        base MAC address, 12 hexadecimal digits (default: kept in flash.bin)\n"
    "  --erase          erase the flash first\n"
    "  --power-cut N    the power goes in the middle of the write to flash that makes N bytes, counted\n"
    "                   from the start; an erase counts 4096\n"
    "  --eager N        for tests of races: the user module's timers fire before they are due, at\n"
    "                   a random one of every 1 to N points where the VM may run scheduled functions\n"
    "  --help           print this and exit\n"
    "\n"
    "The first line on stdout is \"console PATH\". SIGUSR1 resets the board, SIGTERM switches\n"
    "it off.\n";

static _Noreturn void fail(const char *what, const char *value) {
    fprintf(stderr, "virtual-board: %s: %s (--help lists the options)\n", what, value);
    exit(2);
}

static unsigned long parse_number(const char *text, unsigned long least, unsigned long most,
    const char *complaint) {
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < least || number > most) {
        fail(complaint, text);
    }
    return number;
}

static void parse_uart(const char *text) {
    if (text[0] < '1' || text[0] > '0' + BOARD_UARTS - 1 || text[1] != '=' || text[2] == '\0') {
        fail("--uart wants N=PATH with N 1 or 2", text);
    }
    board_options.uart[text[0] - '0'] = text + 2;
}

static void parse_mac(const char *text) {
    unsigned int b[6];
    int used = 0;
    int n = sscanf(text, "%2x%2x%2x%2x%2x%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &used);
    if (n != 6 || used != 12 || text[12] != '\0' || (b[0] & 1)) {
        fail("--mac wants 12 hexadecimal digits of a unicast address", text);
    }
    for (int i = 0; i < 6; i++) {
        board_options.mac[i] = (uint8_t)b[i];
    }
    board_options.have_mac = true;
}

void board_options_parse(int argc, char **argv) {
    static const struct option longopts[] = {
        { "dir", required_argument, NULL, 'd' },
        { "net", required_argument, NULL, 'n' },
        { "heap", required_argument, NULL, 'm' },
        { "uart", required_argument, NULL, 'u' },
        { "mac", required_argument, NULL, 'a' },
        { "one-core", no_argument, NULL, 'o' },
        { "erase", no_argument, NULL, 'e' },
        { "power-cut", required_argument, NULL, 'c' },
        { "eager", required_argument, NULL, 's' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int opt;
    while ((opt = getopt_long(argc, argv, "", longopts, NULL)) != -1) {
        switch (opt) {
            case 'd': board_options.dir = optarg; break;
            case 'n': board_options.net = optarg; break;
            case 'm':
                board_options.heap_bytes = 1024 * parse_number(optarg, HEAP_KIB_MIN,
                    HEAP_KIB_MAX, "--heap wants 8 to 65536 KiB");
                break;
            case 'u': parse_uart(optarg); break;
            case 'a': parse_mac(optarg); break;
            case 'o': board_options.one_core = true; break;
            case 'e': board_options.erase = true; break;
            case 'c':
                board_options.cut_after = (uint32_t)parse_number(optarg, 1, CUT_MAX,
                    "--power-cut wants 1 to 1073741824");
                break;
            case 's':
                board_options.eager = (unsigned int)parse_number(optarg, 1, EAGER_MAX,
                    "--eager wants 1 to 65536");
                board_is_eager = true;
                break;
            case 'h':
                printf(usage, (unsigned int)(MICROPY_GC_INITIAL_HEAP_SIZE / 1024));
                exit(0);
            default: exit(2); // getopt_long has printed the reason
        }
    }
    if (optind < argc) {
        fail("unexpected argument", argv[optind]);
    }
    if (board_options.dir == NULL) {
        fail("missing", "--dir DIR");
    }
}
