// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// link_watch() and link_state(): what the platform's events say about a link.

#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/port/link_idf.h"

// link_watch(): from now on the state is kept, and every change asks for a step.
static mp_obj_t connectwith_link_watch(void) {
    connectwith_check(link_watch(connectwith_wake) ? STATUS_OK : STATUS_NO_MEMORY);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_link_watch_obj, connectwith_link_watch);

// link_state(link) -> int. The bits are those of port/link_idf.h; it always fits a small int.
static mp_obj_t connectwith_link_state(mp_obj_t link_in) {
    mp_int_t link = mp_obj_get_int(link_in);
    if (link < 0 || link >= ATTEMPT_LINK_COUNT) {
        connectwith_raise(STATUS_BAD_LINK);
    }
    return MP_OBJ_NEW_SMALL_INT(link_state((attempt_link_t)link));
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_state_obj, connectwith_link_state);
