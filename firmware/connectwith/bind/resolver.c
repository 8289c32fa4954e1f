// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Resolver: a host name becomes an IPv4 address while Python goes on.

#include <stdio.h>

#include "py/obj.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/core/hostname.h"
#include "connectwith/port/resolve_lwip.h"

typedef struct {
    mp_obj_base_t base;
    resolve_query_t query;
} connectwith_resolver_obj_t;

static mp_obj_t resolver_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    (void)args;
    connectwith_resolver_obj_t *self = mp_obj_malloc_with_finaliser(connectwith_resolver_obj_t,
        type);
    self->query = 0;
    return MP_OBJ_FROM_PTR(self);
}

// start(host): asks for a name; a query that was under way is forgotten. ValueError: not a name.
static mp_obj_t resolver_start(mp_obj_t self_in, mp_obj_t host_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    size_t len;
    const char *host = mp_obj_str_get_data(host_in, &len);
    // The slot of the old query may be the only one that is free for the new one.
    resolve_cancel(self->query);
    self->query = 0;
    connectwith_check(resolve_start(host, len, connectwith_wake, &self->query));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(resolver_start_obj, resolver_start);

// poll(): 0 pending, 1 found, < 0 failed.
static mp_obj_t resolver_poll(mp_obj_t self_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint8_t address[4];
    return MP_OBJ_NEW_SMALL_INT(resolve_poll(self->query, address));
}
static MP_DEFINE_CONST_FUN_OBJ_1(resolver_poll_obj, resolver_poll);

// address(): the answer as "a.b.c.d". RuntimeError while there is none.
static mp_obj_t resolver_address(mp_obj_t self_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint8_t address[4];
    if (resolve_poll(self->query, address) != RESOLVE_FOUND) {
        connectwith_raise(STATUS_NO_ADDRESS);
    }
    char text[sizeof("255.255.255.255")];
    const int len = snprintf(text, sizeof(text), "%u.%u.%u.%u", address[0], address[1],
        address[2], address[3]);
    return mp_obj_new_str(text, (size_t)len);
}
static MP_DEFINE_CONST_FUN_OBJ_1(resolver_address_obj, resolver_address);

// cancel(): forgets the query, also the one that has been answered.
static mp_obj_t resolver_cancel(mp_obj_t self_in) {
    connectwith_resolver_obj_t *self = MP_OBJ_TO_PTR(self_in);
    resolve_cancel(self->query);
    self->query = 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(resolver_cancel_obj, resolver_cancel);

static const mp_rom_map_elem_t resolver_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&resolver_cancel_obj) },
    { MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&resolver_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_poll), MP_ROM_PTR(&resolver_poll_obj) },
    { MP_ROM_QSTR(MP_QSTR_address), MP_ROM_PTR(&resolver_address_obj) },
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

// dns_second(address): the name server beside the one that network's drivers take, until they get
// another address. ValueError: not a dotted quad.
static mp_obj_t connectwith_dns_second(mp_obj_t address_in) {
    size_t len;
    const char *text = mp_obj_str_get_data(address_in, &len);
    uint8_t address[4];
    if (!hostname_quad(text, len, address)) {
        connectwith_raise(STATUS_BAD_HOST);
    }
    resolve_second(address);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_dns_second_obj, connectwith_dns_second);

// dns_flush(): forgets all names, as when the network changes.
static mp_obj_t connectwith_dns_flush(void) {
    resolve_flush();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_dns_flush_obj, connectwith_dns_flush);
