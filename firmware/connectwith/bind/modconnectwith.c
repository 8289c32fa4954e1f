// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The module _connectwith: its short functions, and its table.

#include "py/objstr.h"
#include "py/runtime.h"

#include "connectwith/bind/bind.h"
#include "connectwith/core/attempt.h"
#include "connectwith/core/backoff.h"
#include "connectwith/core/builddate.h"
#include "connectwith/core/clockrecord.h"
#include "connectwith/core/jsontext.h"
#include "connectwith/core/utf8.h"
#include "connectwith/port/platform.h"

#ifndef CONNECTWITH_VERSION
// Checks compile single files, without the build files that define it.
#define CONNECTWITH_VERSION "unknown"
#endif

static uint32_t get_uint32(mp_obj_t value_in) {
    // Negative numbers are refused: the core takes any 32 bits and would accept them.
    mp_int_t value = mp_obj_get_int_truncated(value_in);
    if (mp_obj_is_small_int(value_in) && value < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("must not be negative"));
    }
    return (uint32_t)value;
}

// backoff_ms(attempt_no, base_ms, cap_ms, random32)
static mp_obj_t mod_backoff_ms(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    uint32_t delay_ms = backoff_ms(get_uint32(args[0]), get_uint32(args[1]), get_uint32(args[2]),
        get_uint32(args[3]));
    return mp_obj_new_int_from_uint(delay_ms);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_backoff_ms_obj, 4, 4, mod_backoff_ms);

// build_time(): seconds since 2000, of a time that is certainly past.
static mp_obj_t mod_build_time(void) {
    return mp_obj_new_int_from_uint(builddate_floor_s(__DATE__));
}
static MP_DEFINE_CONST_FUN_OBJ_0(mod_build_time_obj, mod_build_time);

// clock_quality(now_s[, quality]): the source of the clock's time `now_s` (time.time()), from 0
// (unset) to 5 (SNTP); see core/clockrecord.h. `quality`: recorded as the source before that.
static mp_obj_t mod_clock_quality(size_t n_args, const mp_obj_t *args) {
    const mp_int_t now = mp_obj_get_int_truncated(args[0]);
    const uint32_t now_s = mp_obj_is_small_int(args[0]) && now < 0 ? 0 : (uint32_t)now;
    clock_record_t *record = platform_clock_record();
    if (n_args > 1) {
        const mp_int_t quality = mp_obj_get_int(args[1]);
        if (quality < CLOCK_UNSET || quality > CLOCK_SNTP) {
            mp_raise_ValueError(MP_ERROR_TEXT("not a quality"));
        }
        clock_record_set(record, (clock_quality_t)quality);
    }
    return MP_OBJ_NEW_SMALL_INT(clock_record_get(record, now_s, builddate_floor_s(__DATE__)));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mod_clock_quality_obj, 1, 2, mod_clock_quality);

static const MP_DEFINE_STR_OBJ(mod_version_obj, CONNECTWITH_VERSION);

// is_json(data): whether the bytes are a JSON text.
static mp_obj_t mod_is_json(mp_obj_t data_in) {
    mp_buffer_info_t data;
    mp_get_buffer_raise(data_in, &data, MP_BUFFER_READ);
    return mp_obj_new_bool(jsontext_valid(data.buf, data.len));
}
static MP_DEFINE_CONST_FUN_OBJ_1(mod_is_json_obj, mod_is_json);

// utf8_bytes(text): number of bytes of a str in UTF-8; -1: it is not valid UTF-8, which
// MicroPython allows in a str. encode() and decode() would make two copies for this.
static mp_obj_t mod_utf8_bytes(mp_obj_t text_in) {
    size_t len;
    const char *text = mp_obj_str_get_data(text_in, &len);
    return MP_OBJ_NEW_SMALL_INT(utf8_valid((const uint8_t *)text, len) ? (mp_int_t)len : -1);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mod_utf8_bytes_obj, mod_utf8_bytes);

#define STAGE_ENTRY(name) \
    { MP_ROM_QSTR(MP_QSTR_STAGE_##name), MP_ROM_INT(ATTEMPT_STAGE_##name) },
#define LINK_ENTRY(name) \
    { MP_ROM_QSTR(MP_QSTR_LINK_##name), MP_ROM_INT(ATTEMPT_LINK_##name) },
#define RESULT_ENTRY(name, value) \
    { MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_INT(value) },

static const mp_rom_map_elem_t mod_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__connectwith) },
    { MP_ROM_QSTR(MP_QSTR_Alarm), MP_ROM_PTR(&connectwith_alarm_type) },
    { MP_ROM_QSTR(MP_QSTR_Attempt), MP_ROM_PTR(&connectwith_attempt_type) },
    { MP_ROM_QSTR(MP_QSTR_SchedulerLock), MP_ROM_PTR(&connectwith_lock_type) },
    { MP_ROM_QSTR(MP_QSTR_Resolver), MP_ROM_PTR(&connectwith_resolver_type) },
    { MP_ROM_QSTR(MP_QSTR_Stream), MP_ROM_PTR(&connectwith_stream_type) },
    { MP_ROM_QSTR(MP_QSTR_Tap), MP_ROM_PTR(&connectwith_tap_type) },
    { MP_ROM_QSTR(MP_QSTR_Token), MP_ROM_PTR(&connectwith_token_type) },
    { MP_ROM_QSTR(MP_QSTR_VERSION), MP_ROM_PTR(&mod_version_obj) },
    { MP_ROM_QSTR(MP_QSTR_backoff_ms), MP_ROM_PTR(&mod_backoff_ms_obj) },
    { MP_ROM_QSTR(MP_QSTR_build_time), MP_ROM_PTR(&mod_build_time_obj) },
    { MP_ROM_QSTR(MP_QSTR_check_key), MP_ROM_PTR(&connectwith_check_key_obj) },
    { MP_ROM_QSTR(MP_QSTR_clock_quality), MP_ROM_PTR(&mod_clock_quality_obj) },
    { MP_ROM_QSTR(MP_QSTR_dns_flush), MP_ROM_PTR(&connectwith_dns_flush_obj) },
    { MP_ROM_QSTR(MP_QSTR_dns_second), MP_ROM_PTR(&connectwith_dns_second_obj) },
    { MP_ROM_QSTR(MP_QSTR_drop_session), MP_ROM_PTR(&connectwith_drop_session_obj) },
    { MP_ROM_QSTR(MP_QSTR_ethernet_installed), MP_ROM_PTR(&connectwith_ethernet_installed_obj) },
    { MP_ROM_QSTR(MP_QSTR_ethernet_may_reset), MP_ROM_PTR(&connectwith_ethernet_may_reset_obj) },
    { MP_ROM_QSTR(MP_QSTR_ethernet_start), MP_ROM_PTR(&connectwith_ethernet_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_ethernet_state), MP_ROM_PTR(&connectwith_ethernet_state_obj) },
    { MP_ROM_QSTR(MP_QSTR_ethernet_stop), MP_ROM_PTR(&connectwith_ethernet_stop_obj) },
    { MP_ROM_QSTR(MP_QSTR_handshakes), MP_ROM_PTR(&connectwith_handshakes_obj) },
    { MP_ROM_QSTR(MP_QSTR_is_json), MP_ROM_PTR(&mod_is_json_obj) },
    { MP_ROM_QSTR(MP_QSTR_keep_session), MP_ROM_PTR(&connectwith_keep_session_obj) },
    { MP_ROM_QSTR(MP_QSTR_link_watch), MP_ROM_PTR(&connectwith_link_watch_obj) },
    { MP_ROM_QSTR(MP_QSTR_link_state), MP_ROM_PTR(&connectwith_link_state_obj) },
    { MP_ROM_QSTR(MP_QSTR_link_bssid), MP_ROM_PTR(&connectwith_link_bssid_obj) },
    { MP_ROM_QSTR(MP_QSTR_link_dhcp), MP_ROM_PTR(&connectwith_link_dhcp_obj) },
    { MP_ROM_QSTR(MP_QSTR_link_route), MP_ROM_PTR(&connectwith_link_route_obj) },
    { MP_ROM_QSTR(MP_QSTR_link_used), MP_ROM_PTR(&connectwith_link_used_obj) },
    { MP_ROM_QSTR(MP_QSTR_link_memory), MP_ROM_PTR(&connectwith_link_memory_obj) },
    { MP_ROM_QSTR(MP_QSTR_lingering), MP_ROM_PTR(&connectwith_lingering_obj) },
    { MP_ROM_QSTR(MP_QSTR_make_request), MP_ROM_PTR(&connectwith_make_request_obj) },
    { MP_ROM_QSTR(MP_QSTR_scan_start), MP_ROM_PTR(&connectwith_scan_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_scan_result), MP_ROM_PTR(&connectwith_scan_result_obj) },
    { MP_ROM_QSTR(MP_QSTR_seal), MP_ROM_PTR(&connectwith_seal_obj) },
    { MP_ROM_QSTR(MP_QSTR_setting), MP_ROM_PTR(&connectwith_setting_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_setting), MP_ROM_PTR(&connectwith_set_setting_obj) },
    { MP_ROM_QSTR(MP_QSTR_traffic), MP_ROM_PTR(&connectwith_traffic_obj) },
    { MP_ROM_QSTR(MP_QSTR_unseal), MP_ROM_PTR(&connectwith_unseal_obj) },
    { MP_ROM_QSTR(MP_QSTR_utf8_bytes), MP_ROM_PTR(&mod_utf8_bytes_obj) },
    { MP_ROM_QSTR(MP_QSTR_key_source), MP_ROM_PTR(&connectwith_key_source_obj) },
    ATTEMPT_STAGES(STAGE_ENTRY)
    ATTEMPT_LINKS(LINK_ENTRY)
    ATTEMPT_RESULTS(RESULT_ENTRY)
};
static MP_DEFINE_CONST_DICT(mod_globals, mod_globals_table);

const mp_obj_module_t connectwith_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&mod_globals,
};

MP_REGISTER_MODULE(MP_QSTR__connectwith, connectwith_module);
