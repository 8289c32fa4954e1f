// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Lines on stdin change the world. Each line gets exactly one line of answer on stdout, "ok ..."
// or "error ..."; events come between them as "event ...". The commands are in README.md.

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netsim.h"

enum { LINE_BYTES = 1024, WORDS_MAX = 32 };
enum { TIME_MAX_MS = 600000 };

static char line[LINE_BYTES];
static size_t line_length;
static bool line_too_long;

__attribute__((format(printf, 1, 2)))
static void reply(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vdprintf(STDOUT_FILENO, format, arguments);
    va_end(arguments);
}

void control_event(const char *format, ...) {
    // A reader that does not read must not stop the world: the event is lost instead.
    struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };
    if (poll(&out, 1, 0) != 1 || (out.revents & POLLOUT) == 0) {
        return;
    }
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    dprintf(STDOUT_FILENO, "event %s\n", text);
}

static network_t *find_network(const char *name) {
    for (size_t i = 0; i < world.network_count; i++) {
        if (strcmp(world.networks[i].name, name) == 0) {
            return &world.networks[i];
        }
    }
    return NULL;
}

static bool to_number(const char *text, long minimum, long maximum, long *value) {
    char *end;
    errno = 0;
    *value = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *value >= minimum && *value <= maximum;
}

static bool to_switch(const char *text, bool *value) {
    *value = strcmp(text, "on") == 0;
    return *value || strcmp(text, "off") == 0;
}

// %20 and the like, in place. The length without the final NUL, or -1.
static int unescape(const char *from, char *to, size_t size) {
    size_t n = 0;
    for (; *from != '\0'; from++) {
        unsigned byte = (uint8_t)*from;
        if (byte == '%') {
            if (strspn(from + 1, "0123456789abcdefABCDEF") < 2) {
                return -1;
            }
            sscanf(from + 1, "%2x", &byte);
            from += 2;
        }
        if (n == size) {
            return -1;
        }
        to[n++] = (char)byte;
    }
    return (int)n;
}

static const char *set_text(network_t *network, const char *key, const char *value) {
    char bytes[KEY_MAX];
    bool is_ssid = strcmp(key, "ssid") == 0;
    int length = unescape(value, bytes, is_ssid ? SSID_MAX : KEY_MAX);
    if (length < 0 || memchr(bytes, '\0', (size_t)length) != NULL) {
        return "too long, or a bad %XX";
    }
    if (is_ssid) {
        network->ssid_len = (uint8_t)length;
        memcpy(network->ssid, bytes, (size_t)length);
    } else {
        memcpy(memset(network->key, 0, sizeof(network->key)), bytes, (size_t)length);
    }
    return NULL;
}

static const char *set_switch(network_t *network, const char *key, const char *value) {
    bool on;
    if (!to_switch(value, &on)) {
        return "on or off";
    }
    if (strcmp(key, "cut") == 0) {
        network->cut = on;
        network->cut_pending = false;
    } else if (network->is_wifi && strcmp(key, "power") == 0) {
        network->power = on;
    } else if (network->is_wifi && strcmp(key, "hidden") == 0) {
        network->hidden = on;
    } else if (network->is_wifi && strcmp(key, "mute") == 0) {
        network->mute = on;
    } else if (strcmp(key, "portal") == 0) {
        network->portal = on;
    } else if (network == segment() && strcmp(key, "chip") == 0) {
        network->chip = on;
    } else if (network == segment() && strcmp(key, "lock") == 0) {
        segment_lock(on);
    } else {
        return "no such setting";
    }
    cable_changed(network);
    return NULL;
}

static const char *set_drop(network_t *network, const char *value) {
    char *end;
    double probability = strtod(value, &end);
    if (end == value || *end != '\0' || !(probability >= 0.0 && probability <= 1.0)) {
        return "a number from 0 to 1";
    }
    network->drop = probability;
    return NULL;
}

static const char *set_number(network_t *network, const char *key, const char *value) {
    struct { const char *key; long minimum, maximum; bool wifi, ethernet; } rules[] = {
        { "delay-ms", 0, 60000, true, true },
        { "seed", 0, INT32_MAX, true, true },
        { "cut-after", -1, INT32_MAX, true, true },
        { "refuse", 0, 255, true, false },
        { "channel", 1, 14, true, false },
        { "rssi", -127, 0, true, false },
        { "assoc-ms", 0, TIME_MAX_MS, true, false },
        { "wrong-key-ms", 0, TIME_MAX_MS, true, false },
        { "beacon-ms", 0, TIME_MAX_MS, true, false },
        { "link-ms", 0, TIME_MAX_MS, false, true },
        { "dhcp-ms", 0, TIME_MAX_MS, true, true },
    };
    size_t i = 0;
    size_t count = sizeof(rules) / sizeof(rules[0]);
    while (i < count && (strcmp(rules[i].key, key) != 0
        || !(network->is_wifi ? rules[i].wifi : rules[i].ethernet))) {
        i++;
    }
    long number;
    if (i == count) {
        return "no such setting";
    }
    if (!to_number(value, rules[i].minimum, rules[i].maximum, &number)) {
        return "not a number, or out of range";
    }
    switch (i) {
        case 0: network->delay_ms = (uint32_t)number; break;
        case 1: network->random = (uint64_t)number * 2 + 1; break;
        case 2: network->cut_after = number; break;
        case 3: network->refuse = (uint8_t)number; break;
        case 4: network->channel = (uint8_t)number; break;
        case 5:
            network->rssi_dbm = (int8_t)number;
            station_signal_changed(network);
            break;
        case 6: network->association_ms = (uint32_t)number; break;
        case 7: network->wrong_key_ms = (uint32_t)number; break;
        case 8: network->beacon_ms = (uint32_t)number; break;
        case 9: network->link_ms = (uint32_t)number; break;
        default: network->dhcp_ms = (uint32_t)number; break;
    }
    cable_times_changed();
    return NULL;
}

static const char *set_one(network_t *network, const char *key, const char *value) {
    static const char switches[] = " cut power hidden mute portal chip lock ";
    char word[KEY_MAX];
    snprintf(word, sizeof(word), " %s ", key);
    if (strstr(switches, word) != NULL) {
        return set_switch(network, key, value);
    }
    if (strcmp(key, "silence") == 0) {
        return cable_set_silence(network, value);
    }
    if (strcmp(key, "drop") == 0) {
        return set_drop(network, value);
    }
    if (strcmp(key, "dhcp") == 0) {
        return dhcp_set(network, value);
    }
    if (network->is_wifi && (strcmp(key, "ssid") == 0 || strcmp(key, "key") == 0)) {
        return set_text(network, key, value);
    }
    return set_number(network, key, value);
}

// words: KEY=VALUE each. False: the error has been answered.
static bool set_all(network_t *network, char **words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *value = strchr(words[i], '=');
        if (value == NULL) {
            reply("error %s: KEY=VALUE is wanted\n", words[i]);
            return false;
        }
        *value++ = '\0';
        const char *problem = set_one(network, words[i], value);
        if (problem != NULL) {
            reply("error %s: %s\n", words[i], problem);
            return false;
        }
    }
    return true;
}

static void do_set(char **words, size_t count) {
    network_t *network = count >= 2 ? find_network(words[1]) : NULL;
    if (network == NULL) {
        reply("error no such network\n");
    } else if (set_all(network, words + 2, count - 2)) {
        reply("ok\n");
    }
}

static void do_wifi(char **words, size_t count) {
    if (count < 2 || strlen(words[1]) > NAME_MAX_LEN || find_network(words[1]) != NULL
        || world.network_count == NETWORK_MAX) {
        reply("error wifi NAME [KEY=VALUE]...: no name, a name twice, or too many networks\n");
        return;
    }
    network_t *network = &world.networks[world.network_count];
    memset(network, 0, sizeof(*network));
    network->number = (uint8_t)world.network_count;   // cellular has a number of its own
    snprintf(network->name, sizeof(network->name), "%s", words[1]);
    network->is_wifi = network->power = true;
    network->association_ms = 150;
    network->wrong_key_ms = 1000;
    network->beacon_ms = 100;
    network->rssi_dbm = -55;
    network->channel = (uint8_t)(1 + network->number * 5 % 13);
    // Locally administered address (IEEE 802, bit 1 of the first octet).
    memcpy(network->bssid, (uint8_t[]) { 0x02, 0x63, 0x77, 0, 0, network->number }, 6);
    network->ssid_len = (uint8_t)strlen(network->name);
    memcpy(network->ssid, network->name, network->ssid_len);
    cable_init(network, network->number);
    if (set_all(network, words + 2, count - 2)) {
        world.network_count++;
        reply("ok %u\n", network->number);
    }
}

// A setting of the world: the key with its '=', and the value, from 0 to `maximum`.
typedef struct { const char *key; uint32_t *value; long maximum; } setting_t;

static void set_world(char **words, size_t count, const setting_t settings[2], const char *usage) {
    for (size_t i = 1; i < count; i++) {
        const setting_t *setting = settings;
        size_t length = strlen(setting->key);
        if (strncmp(words[i], setting->key, length) != 0) {
            setting++;
            length = strlen(setting->key);
        }
        long number;
        if (strncmp(words[i], setting->key, length) != 0
            || !to_number(words[i] + length, 0, setting->maximum, &number)) {
            reply("error %s\n", usage);
            return;
        }
        *setting->value = (uint32_t)number;
    }
    reply("ok\n");
}

static void do_redirect(char **words, size_t count) {
    const setting_t settings[] = {
        { "dns=", &world.dns_port, UINT16_MAX }, { "sntp=", &world.sntp_port, UINT16_MAX },
    };
    set_world(words, count, settings, "redirect [dns=PORT] [sntp=PORT]");
}

static void do_kick(char **words, size_t count) {
    network_t *network = count == 3 ? find_network(words[1]) : NULL;
    long reason;
    if (network == NULL || !network->is_wifi || !to_number(words[2], 1, 255, &reason)) {
        reply("error kick WIFI REASON\n");
        return;
    }
    station_kick(network, (uint8_t)reason);
    reply("ok\n");
}

static void do_gpio(char **words, size_t count) {
    long pin, level;
    if (count != 4 || !to_number(words[2], 0, 255, &pin) || !to_number(words[3], 0, 1, &level)) {
        reply("error gpio MAC PIN LEVEL\n");
        return;
    }
    unsigned sent = wire_pin(words[1], (unsigned)pin, level != 0);
    reply(sent > 0 ? "ok\n" : "error no board with this MAC\n");
}

static void do_forward(char **words, size_t count) {
    long id, from, to;
    if (count != 4 || !to_number(words[1], 1, INT32_MAX, &id)
        || !to_number(words[2], 1, 65535, &from) || !to_number(words[3], 1, 65535, &to)) {
        reply("error forward ID PORT BOARD_PORT\n");
        return;
    }
    bool done = nat_forward((unsigned)id, (uint16_t)from, (uint16_t)to);
    reply(done ? "ok\n" : "error no client with a link has this ID, or the port is taken\n");
}

static void do_show(char **words, size_t count) {
    const network_t *network = count == 2 ? find_network(words[1]) : NULL;
    if (count > 2 || (count == 2 && network == NULL)) {
        reply("error show [NAME]\n");
        return;
    }
    counters_show(network);
}

static void do_traffic(char **words, size_t count) {
    (void)words, (void)count;
    counters_traffic();
}

static void do_sim(char **words, size_t count) {
    const setting_t settings[] = {
        { "scan-ms=", &world.scan_ms, TIME_MAX_MS }, { "no-ap-ms=", &world.no_ap_ms, TIME_MAX_MS },
    };
    set_world(words, count, settings, "sim [scan-ms=N] [no-ap-ms=N]");
}

static void do_quit(char **words, size_t count) {
    (void)words, (void)count;
    world.quit = true;
    reply("ok\n");
}

static void run_line(char *text) {
    static const struct { const char *word; void (*run)(char **words, size_t count); } table[] = {
        { "set", do_set }, { "wifi", do_wifi }, { "redirect", do_redirect }, { "kick", do_kick },
        { "gpio", do_gpio }, { "forward", do_forward }, { "show", do_show },
        { "traffic", do_traffic }, { "sim", do_sim }, { "quit", do_quit },
    };
    char *words[WORDS_MAX];
    size_t count = 0;
    for (char *word = strtok(text, " \t\r"); word != NULL; word = strtok(NULL, " \t\r")) {
        if (count == WORDS_MAX) {
            reply("error more than %d words\n", WORDS_MAX);
            return;
        }
        words[count++] = word;
    }
    for (size_t i = 0; count > 0 && i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(words[0], table[i].word) == 0) {
            table[i].run(words, count);
            return;
        }
    }
    reply("error commands: wifi set kick redirect sim gpio forward show traffic quit\n");
}

bool control_read(void) {
    char bytes[LINE_BYTES];
    ssize_t got = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (got <= 0) {
        return got < 0 && (errno == EINTR || errno == EAGAIN);
    }
    for (ssize_t i = 0; i < got; i++) {
        if (bytes[i] != '\n') {
            if (line_length < sizeof(line) - 1) {
                line[line_length++] = bytes[i];
            } else {
                line_too_long = true;
            }
        } else if (line_too_long) {
            reply("error line too long\n");
            line_too_long = false;
            line_length = 0;
        } else {
            line[line_length] = '\0';
            line_length = 0;
            run_line(line);
        }
    }
    return true;
}
