// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Stubs in place of resolver.c, stream.c, session.c, link.c, scan.c, alarm.c, settings.c, seal.c and
// keys.c, for a platform without network and storage. Each name exists and raises OSError(ENODEV).

#include "py/runtime.h"

#include "connectwith/bind/bind.h"

static mp_obj_t absent_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    (void)type;
    (void)n_args;
    (void)n_kw;
    (void)args;
    connectwith_raise(STATUS_NO_DEVICE);
}

static mp_obj_t absent_0(void) {
    connectwith_raise(STATUS_NO_DEVICE);
}

static mp_obj_t absent_1(mp_obj_t argument) {
    (void)argument;
    connectwith_raise(STATUS_NO_DEVICE);
}

static mp_obj_t absent_2(mp_obj_t first, mp_obj_t second) {
    (void)first;
    (void)second;
    connectwith_raise(STATUS_NO_DEVICE);
}

static mp_obj_t absent_3(mp_obj_t first, mp_obj_t second, mp_obj_t third) {
    (void)first;
    (void)second;
    (void)third;
    connectwith_raise(STATUS_NO_DEVICE);
}

static mp_obj_t absent_n(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    connectwith_raise(STATUS_NO_DEVICE);
}

MP_DEFINE_CONST_FUN_OBJ_0(connectwith_dns_flush_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_dns_second_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_watch_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_state_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_link_bssid_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_dhcp_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_link_route_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_link_used_obj, 1, 2, absent_n);
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_link_memory_obj, 0, 1, absent_n);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_ethernet_installed_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_ethernet_may_reset_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_ethernet_start_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_ethernet_state_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_ethernet_stop_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_lingering_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_traffic_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_keep_session_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_drop_session_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_handshakes_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_scan_start_obj, 0, 1, absent_n);
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_scan_result_obj, absent_1);
MP_DEFINE_CONST_FUN_OBJ_2(connectwith_setting_obj, absent_2);
MP_DEFINE_CONST_FUN_OBJ_3(connectwith_set_setting_obj, absent_3);
MP_DEFINE_CONST_FUN_OBJ_2(connectwith_seal_obj, absent_2);
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_unseal_obj, 2, 3, absent_n);
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_key_source_obj, absent_0);
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_check_key_obj, 1, 2, absent_n);
MP_DEFINE_CONST_FUN_OBJ_2(connectwith_make_request_obj, absent_2);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_resolver_type,
    MP_QSTR_Resolver,
    MP_TYPE_FLAG_NONE,
    make_new, absent_make_new
    );

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_stream_type,
    MP_QSTR_Stream,
    MP_TYPE_FLAG_NONE,
    make_new, absent_make_new
    );

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_alarm_type,
    MP_QSTR_Alarm,
    MP_TYPE_FLAG_NONE,
    make_new, absent_make_new
    );

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_token_type,
    MP_QSTR_Token,
    MP_TYPE_FLAG_NONE,
    make_new, absent_make_new
    );
