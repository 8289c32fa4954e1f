// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// link_watch(), link_state(), link_bssid(), link_dhcp(): the state of a link by the platform's
// events. link_route(): lwIP's data about its interface. ethernet_...(): what network.LAN cannot
// do.

#include <stdio.h>
#include <string.h>

#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/port/ethernet_idf.h"
#include "connectwith/port/link_idf.h"
#include "connectwith/port/route_lwip.h"

mp_obj_t connectwith_quad(const uint8_t quad[4]) {
    char text[sizeof("255.255.255.255")];
    int n = snprintf(text, sizeof(text), "%u.%u.%u.%u", quad[0], quad[1], quad[2], quad[3]);
    return mp_obj_new_str(text, (size_t)n);
}

static attempt_link_t get_link(mp_obj_t link_in) {
    mp_int_t link = mp_obj_get_int(link_in);
    if (link < 0 || link >= ATTEMPT_LINK_COUNT) {
        connectwith_raise(STATUS_BAD_LINK);
    }
    return (attempt_link_t)link;
}

// link_watch(link): starts to track the state of a link. Every change asks for a step.
static mp_obj_t connectwith_link_watch(mp_obj_t link_in) {
    connectwith_check(link_watch(get_link(link_in), connectwith_wake) ? STATUS_OK
        : STATUS_NO_MEMORY);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_watch_obj, connectwith_link_watch);

// link_state(link) -> int. The bits are those of port/link_idf.h; it always fits a small int.
static mp_obj_t connectwith_link_state(mp_obj_t link_in) {
    return MP_OBJ_NEW_SMALL_INT(link_state(get_link(link_in)));
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_state_obj, connectwith_link_state);

// link_bssid() -> bytes: the BSSID of the access point that Wi-Fi is associated with, or that
// refused the last join or ended the last association. None: there was none.
static mp_obj_t connectwith_link_bssid(void) {
    static const uint8_t none[6];
    uint8_t bssid[sizeof(none)];
    link_bssid(bssid);
    return memcmp(bssid, none, sizeof(none)) == 0 ? mp_const_none
        : mp_obj_new_bytes(bssid, sizeof(bssid));
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_link_bssid_obj, connectwith_link_bssid);

// link_dhcp(link) -> str: the address of the server that gave the lease. None: no lease.
static mp_obj_t connectwith_link_dhcp(mp_obj_t link_in) {
    uint8_t quad[4];
    if (!link_dhcp_server(get_link(link_in), quad)) {
        return mp_const_none;
    }
    return connectwith_quad(quad);
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_dhcp_obj, connectwith_link_dhcp);

// link_route(link) -> (device, servers). device: lwIP's name of the interface, for
// Stream.connect(), Resolver.use() and SO_BINDTODEVICE. servers: a tuple of the name servers that
// came with its address. None: the link has no address now.
static mp_obj_t connectwith_link_route(mp_obj_t link_in) {
    route_t route;
    if (!route_find(get_link(link_in), &route)) {
        return mp_const_none;
    }
    mp_obj_t servers[ROUTE_SERVERS_MAX];
    for (size_t i = 0; i < route.count; ++i) {
        servers[i] = connectwith_quad(route.servers[i]);
    }
    mp_obj_t items[] = {
        mp_obj_new_str(route.device, strlen(route.device)),
        mp_obj_new_tuple(route.count, servers),
    };
    return mp_obj_new_tuple(2, items);
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_route_obj, connectwith_link_route);

// link_memory([record]) -> bytes: what a link keeps over resets but power-on, see port/link_idf.h.
// `record` (16 bytes) replaces it.
static mp_obj_t connectwith_link_memory(size_t n_args, const mp_obj_t *args) {
    uint8_t *memory = link_memory();
    if (n_args > 0) {
        mp_buffer_info_t record;
        mp_get_buffer_raise(args[0], &record, MP_BUFFER_READ);
        if (record.len != LINK_MEMORY_BYTES) {
            mp_raise_ValueError(NULL);
        }
        memcpy(memory, record.buf, LINK_MEMORY_BYTES);
    }
    return mp_obj_new_bytes(memory, LINK_MEMORY_BYTES);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_link_memory_obj, 0, 1, connectwith_link_memory);

// link_used(link[, used]) -> bool: whether this firmware has started the link and not stopped it
// since. The record survives a soft reset and is cleared by a hard reset. `used` sets it.
static mp_obj_t connectwith_link_used(size_t n_args, const mp_obj_t *args) {
    static bool used[ATTEMPT_LINK_COUNT];
    const attempt_link_t link = get_link(args[0]);
    if (n_args > 1) {
        used[link] = mp_obj_is_true(args[1]);
    }
    return mp_obj_new_bool(used[link]);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_link_used_obj, 1, 2, connectwith_link_used);

// ethernet_installed() -> bool: whether network.LAN has installed its driver since the last hard
// reset.
static mp_obj_t connectwith_ethernet_installed(void) {
    return mp_obj_new_bool(ethernet_installed());
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_ethernet_installed_obj, connectwith_ethernet_installed);

// ethernet_may_reset() -> bool: whether the chip may be reset by its pin now.
static mp_obj_t connectwith_ethernet_may_reset(void) {
    return mp_obj_new_bool(ethernet_may_reset());
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_ethernet_may_reset_obj, connectwith_ethernet_may_reset);

// ethernet_start(hostname): begins to configure the chip and to start the driver of network.LAN.
// Asks for a step when that has ended. OSError: there is no driver, or it is busy.
static mp_obj_t connectwith_ethernet_start(mp_obj_t hostname) {
    connectwith_check(ethernet_start(mp_obj_str_get_str(hostname), connectwith_wake) ? STATUS_OK
        : STATUS_NO_DEVICE);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_ethernet_start_obj, connectwith_ethernet_start);

// ethernet_state() -> int: -1 no chip answers, 0 stopped, 1 busy, 2 started.
static mp_obj_t connectwith_ethernet_state(void) {
    return MP_OBJ_NEW_SMALL_INT(ethernet_state());
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_ethernet_state_obj, connectwith_ethernet_state);

// ethernet_stop(): in any state.
static mp_obj_t connectwith_ethernet_stop(void) {
    ethernet_stop();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_ethernet_stop_obj, connectwith_ethernet_stop);
