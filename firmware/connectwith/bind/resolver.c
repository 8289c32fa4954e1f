// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Resolver: resolves a host name to IPv4 addresses without blocking Python.

#include <string.h>

#include "py/obj.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/core/hostname.h"
#include "connectwith/port/resolve_lwip.h"

typedef struct {
    mp_obj_base_t base;
    resolve_query_t query;
    route_t route;
} connectwith_resolver_obj_t;

static mp_obj_t resolver_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    (void)args;
    connectwith_resolver_obj_t *self = mp_obj_malloc_with_finaliser(connectwith_resolver_obj_t,
        type);
    self->query = 0;
    self->route = (route_t) {.count = 0};
    return MP_OBJ_FROM_PTR(self);
}

static void resolver_quad(mp_obj_t text_in, uint8_t quad[4]) {
    size_t len;
    const char *text = mp_obj_str_get_data(text_in, &len);
    if (!hostname_quad(text, len, quad)) {
        connectwith_raise(STATUS_BAD_ADDRESS);
    }
}

// use(device, servers): the route of later queries. device: the interface that link_route() names;
// None: lwIP chooses. servers: up to three name servers as dotted quads, more are ignored. Without
// a server and without a device, those of lwIP's table are asked. ValueError: nothing has changed.
static mp_obj_t resolver_use(mp_obj_t self_in, mp_obj_t device_in, mp_obj_t servers_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    route_t route = {.count = 0};
    if (device_in != mp_const_none) {
        strncpy(route.device, mp_obj_str_get_str(device_in), sizeof(route.device) - 1);
    }
    size_t count;
    mp_obj_t *servers;
    mp_obj_get_array(servers_in, &count, &servers);
    for (; route.count < count && route.count < RESOLVE_SERVERS_MAX; ++route.count) {
        resolver_quad(servers[route.count], route.servers[route.count]);
    }
    self->route = route;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(resolver_use_obj, resolver_use);

// start(host): starts a query, and cancels the one that was under way. ValueError: not a host
// name.
static mp_obj_t resolver_start(mp_obj_t self_in, mp_obj_t host_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    size_t len;
    const char *host = mp_obj_str_get_data(host_in, &len);
    // The slot of the old query may be the only one that is free for the new one.
    resolve_cancel(self->query);
    self->query = 0;
    connectwith_check(resolve_start(host, len, &self->route, connectwith_wake, &self->query));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(resolver_start_obj, resolver_start);

// poll(): 0 pending, 1 found, < 0 failed (resolve_state_t).
static mp_obj_t resolver_poll(mp_obj_t self_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    dnsmsg_addresses_t addresses;
    return MP_OBJ_NEW_SMALL_INT(resolve_poll(self->query, &addresses));
}
static MP_DEFINE_CONST_FUN_OBJ_1(resolver_poll_obj, resolver_poll);

// address(index=0): one address of the answer as "a.b.c.d", in the order of the server.
// RuntimeError: no answer yet, or no such index.
static mp_obj_t resolver_address(size_t n_args, const mp_obj_t *args) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    const mp_int_t index = n_args > 1 ? mp_obj_get_int(args[1]) : 0;
    dnsmsg_addresses_t found;
    if (resolve_poll(self->query, &found) != RESOLVE_FOUND || index < 0 || index >= found.count) {
        connectwith_raise(STATUS_NO_ADDRESS);
    }
    return connectwith_quad(found.address[index]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(resolver_address_obj, 1, 2, resolver_address);

// count(): number of addresses in the answer, 0 without an answer.
static mp_obj_t resolver_count(mp_obj_t self_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    dnsmsg_addresses_t found;
    const bool is_found = resolve_poll(self->query, &found) == RESOLVE_FOUND;
    return MP_OBJ_NEW_SMALL_INT(is_found ? found.count : 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(resolver_count_obj, resolver_count);

// cancel(): ends the query and drops its answer.
static mp_obj_t resolver_cancel(mp_obj_t self_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    resolve_cancel(self->query);
    self->query = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(resolver_cancel_obj, resolver_cancel);

static const mp_rom_map_elem_t resolver_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&resolver_cancel_obj) },
    { MP_ROM_QSTR(MP_QSTR_use), MP_ROM_PTR(&resolver_use_obj) },
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&resolver_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_poll), MP_ROM_PTR(&resolver_poll_obj) },
    { MP_ROM_QSTR(MP_QSTR_address), MP_ROM_PTR(&resolver_address_obj) },
    { MP_ROM_QSTR(MP_QSTR_count), MP_ROM_PTR(&resolver_count_obj) },
    { MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&resolver_cancel_obj) },
};
static MP_DEFINE_CONST_DICT(resolver_locals_dict, resolver_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_resolver_type,
    MP_QSTR_Resolver,
    MP_TYPE_FLAG_NONE,
    make_new, resolver_make_new,
    locals_dict, &resolver_locals_dict
    );

// dns_second(address): sets the second name server, which network's drivers do not set. It lasts
// until an interface gets another address. ValueError: not a dotted quad.
static mp_obj_t connectwith_dns_second(mp_obj_t address_in) {
    uint8_t address[4];
    resolver_quad(address_in, address);
    resolve_second(address);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_dns_second_obj, connectwith_dns_second);

// dns_flush(): clears lwIP's cache of names, as after a change of the network.
static mp_obj_t connectwith_dns_flush(void) {
    resolve_flush();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_dns_flush_obj, connectwith_dns_flush);
