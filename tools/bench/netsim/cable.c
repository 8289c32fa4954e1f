// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Frames in flight. Every frame, delayed or not, goes through a queue of its client, so that
// libslirp's send callback, which runs inside libslirp's input, only ever appends here.

#include <stdlib.h>
#include <string.h>

#include "netsim.h"

enum { FLIGHT_MAX = 1024 };

struct flight {
    flight_t *next;
    int64_t due_ms;
    direction_t direction;
    size_t length;
    uint8_t frame[];
};

void cable_init(network_t *network, uint64_t seed) {
    network->random = seed * 2 + 1;   // xorshift must not start from 0
    network->cut_after = -1;
}

bool cable_up(const network_t *network) {
    return !network->cut;
}

void cable_changed(network_t *network) {
    if (network->is_wifi) {
        station_ap_changed(network);
    } else {
        segment_changed();
    }
}

// Returns what is wrong with `value`, or NULL.
const char *cable_set_silence(network_t *network, const char *value) {
    bool both = strcmp(value, "on") == 0;
    bool up = strcmp(value, "up") == 0, down = strcmp(value, "down") == 0;
    if (!both && !up && !down && strcmp(value, "off") != 0) {
        return "on, off, up or down";
    }
    network->silent[DIRECTION_UP] = both || up;
    network->silent[DIRECTION_DOWN] = both || down;
    return NULL;
}

// xorshift64*: the same faults for the same seed on every machine. 0.0 <= result < 1.0.
static double next_random(network_t *network) {
    uint64_t x = network->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    network->random = x;
    return (double)(x * 0x2545F4914F6CDD1DULL >> 11) / 9007199254740992.0;   // 2^53
}

static bool lost(network_t *network, direction_t direction, size_t length) {
    if (network->cut || network->cut_pending || network->silent[direction]) {
        return true;
    }
    if (network->drop > 0.0 && next_random(network) < network->drop) {
        return true;
    }
    if (network->cut_after >= 0) {
        network->cut_after -= (int64_t)length;
        if (network->cut_after < 0) {
            // Maybe inside libslirp, whose instance must not go away now: the main loop cuts.
            network->cut_after = -1;
            network->cut_pending = true;
            run_soon();
            return true;
        }
    }
    return false;
}

// No frame overtakes another, also when the delay has just become shorter.
static void append(flights_t *flights, flight_t *flight) {
    if (flights->tail == NULL) {
        flights->head = flight;
    } else {
        if (flight->due_ms < flights->tail->due_ms) {
            flight->due_ms = flights->tail->due_ms;
        }
        flights->tail->next = flight;
    }
    flights->tail = flight;
    flights->count++;
}

void cable_offer(client_t *client, direction_t direction, const uint8_t *frame, size_t length) {
    network_t *network = client->network;
    if (network == NULL || length < FRAME_MIN || length > FRAME_MAX) {
        return;
    }
    if (direction == DIRECTION_UP) {
        counters_sent(client, frame, length);
    }
    uint32_t late_ms = direction == DIRECTION_DOWN ? dhcp_late_ms(network, frame, length) : 0;
    flights_t *flights = late_ms > 0 ? &client->late : &client->flights;
    flight_t *flight = NULL;
    if (!lost(network, direction, length) && flights->count < FLIGHT_MAX) {
        flight = malloc(sizeof(*flight) + length);
    }
    if (flight == NULL) {
        network->lost++;
        return;
    }
    flight->next = NULL;
    flight->due_ms = due_in(network->delay_ms + late_ms);
    flight->direction = direction;
    flight->length = length;
    memcpy(flight->frame, frame, length);
    append(flights, flight);
}

static void hasten(flights_t *flights, int64_t latest_ms) {
    for (flight_t *flight = flights->head; flight != NULL; flight = flight->next) {
        if (flight->due_ms > latest_ms) {
            flight->due_ms = latest_ms;
        }
    }
}

// A time that is shorter now is that of what is under way, too. Frames with the longer one would
// hold up all later frames.
void cable_times_changed(void) {
    for (size_t i = 0; i < CLIENT_MAX; i++) {
        client_t *client = &world.clients[i];
        if (client->fd < 0) {
            continue;
        }
        const network_t *network = client->network;
        if (network != NULL) {
            hasten(&client->flights, due_in(network->delay_ms));
            hasten(&client->late, due_in(network->delay_ms + network->dhcp_ms));
        }
        if (client->todo != TODO_NONE && client->todo_ms > due_in(*client->todo_takes_ms)) {
            client->todo_ms = due_in(*client->todo_takes_ms);
        }
    }
}

static flight_t *take_first(flights_t *flights) {
    flight_t *flight = flights->head;
    flights->head = flight->next;
    if (flights->head == NULL) {
        flights->tail = NULL;
    }
    flights->count--;
    return flight;
}

static void run(client_t *client, flights_t *flights) {
    int64_t now_ms = clock_ms();
    while (flights->head != NULL && flights->head->due_ms <= now_ms) {
        flight_t *flight = take_first(flights);
        network_t *network = client->network;
        // A fault that came while the frame was under way hits it too.
        if (network == NULL || network->cut || network->silent[flight->direction]) {
            if (network != NULL) {
                network->lost++;
            }
        } else if (flight->direction == DIRECTION_UP) {
            counters_carried(client, DIRECTION_UP, flight->length);
            nat_input(client, flight->frame, flight->length);
        } else {
            counters_carried(client, DIRECTION_DOWN, flight->length);
            wire_frame(client, flight->frame, flight->length);
        }
        free(flight);
    }
}

void cable_run(client_t *client) {
    run(client, &client->flights);
    run(client, &client->late);
}

static int64_t next_ms(const flights_t *flights) {
    return flights->head != NULL ? flights->head->due_ms : INT64_MAX;
}

int64_t cable_next_ms(const client_t *client) {
    int64_t ms = next_ms(&client->flights), late_ms = next_ms(&client->late);
    return ms < late_ms ? ms : late_ms;
}

static void clear(flights_t *flights) {
    while (flights->head != NULL) {
        free(take_first(flights));
    }
}

void cable_clear(client_t *client) {
    clear(&client->flights);
    clear(&client->late);
}
