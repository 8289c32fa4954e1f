// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What the files of bind/ share.

#ifndef CONNECTWITH_BIND_BIND_H
#define CONNECTWITH_BIND_BIND_H

#include "py/obj.h"
#include "py/runtime.h"

#include "connectwith/core/seal.h"
#include "connectwith/core/status.h"

// Asks for a step as soon as possible, as after an answer or the end of a handshake. Any thread
// may call it at any time. Without an Attempt object it does nothing. It never blocks and never
// allocates. All other functions here belong to the thread that runs Python.
void connectwith_wake(void);

// Raises the exception that core/status.h names for the status. STATUS_OK raises AssertionError.
__attribute__((noreturn)) void connectwith_raise(status_t status);

// Returns on STATUS_OK, raises otherwise.
void connectwith_check(status_t status);

// Frees a node that is marked as scheduled but is not in the queue. The mp_init() of some ports
// clears the queue and leaves its nodes marked. Called at the start of a new run of the firmware.
void connectwith_repair_node(mp_sched_node_t *own);

// attempt.c
extern const mp_obj_type_t connectwith_attempt_type;

// alarm.c
extern const mp_obj_type_t connectwith_alarm_type;
extern const mp_obj_type_t connectwith_token_type;

// lock.c
extern const mp_obj_type_t connectwith_lock_type;

// resolver.c
extern const mp_obj_type_t connectwith_resolver_type;
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_dns_flush_obj);
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_dns_second_obj);

// stream.c
extern const mp_obj_type_t connectwith_stream_type;
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_lingering_obj);
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_traffic_obj);

// tap.c
extern const mp_obj_type_t connectwith_tap_type;

// link.c
mp_obj_t connectwith_quad(const uint8_t quad[4]); // an IPv4 address as a str
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_link_watch_obj);
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_link_state_obj);
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_link_bssid_obj);
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_link_dhcp_obj);
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_link_route_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_link_used_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_link_memory_obj);
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_ethernet_installed_obj);
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_ethernet_may_reset_obj);
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_ethernet_start_obj);
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_ethernet_state_obj);
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_ethernet_stop_obj);

// scan.c
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_scan_start_obj);
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_scan_result_obj);

// session.c

// Takes what keep_session() has kept in the run before, at the first call.
void connectwith_restore_session(void);
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_keep_session_obj);
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_drop_session_obj);
MP_DECLARE_CONST_FUN_OBJ_1(connectwith_handshakes_obj);

// settings.c
MP_DECLARE_CONST_FUN_OBJ_2(connectwith_setting_obj);
MP_DECLARE_CONST_FUN_OBJ_3(connectwith_set_setting_obj);

// seal.c

// Seals `in` with the device secret, or opens it; see core/seal.h. Raises nothing.
status_t connectwith_with_secret(bool open, seal_bytes_t in, seal_bytes_t context, uint8_t *out);
MP_DECLARE_CONST_FUN_OBJ_2(connectwith_seal_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_unseal_obj);
MP_DECLARE_CONST_FUN_OBJ_0(connectwith_key_source_obj);

// keys.c
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(connectwith_check_key_obj);
MP_DECLARE_CONST_FUN_OBJ_2(connectwith_make_request_obj);

#endif
