// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The TLS session that is kept for the next handshake: over deep sleep, sealed, in RTC memory.

#include <string.h>

#include "py/obj.h"

#include "connectwith/bind/bind.h"
#include "connectwith/core/seal.h"
#include "connectwith/core/wipe.h"
#include "connectwith/port/platform.h"
#include "connectwith/port/tls_session.h"

#define SESSION_BYTES (PLATFORM_KEPT_BYTES - SEAL_OVERHEAD_BYTES)

static const char session_context[] = "session";

// The record of the run before was looked at. It is good for one boot.
static bool session_looked;

static seal_bytes_t session_use(void) {
    return (seal_bytes_t) {(const uint8_t *)session_context, sizeof(session_context) - 1};
}

void connectwith_restore_session(void) {
    if (session_looked) {
        return;
    }
    session_looked = true;
    platform_kept_t *kept = platform_kept();
    if (kept->len >= SEAL_OVERHEAD_BYTES && kept->len <= PLATFORM_KEPT_BYTES) {
        uint8_t plain[SESSION_BYTES];
        const seal_bytes_t blob = {kept->data, kept->len};
        if (connectwith_with_secret(true, blob, session_use(), plain) == STATUS_OK) {
            (void)tls_session_load(plain, kept->len - SEAL_OVERHEAD_BYTES);
        }
        wipe(plain, sizeof(plain));
    }
    wipe(kept, sizeof(*kept));
}

// keep_session(): what deep sleep keeps of the session. A session of the run before that nobody has
// asked for stays.
static mp_obj_t connectwith_keep_session(void) {
    if (session_looked) {
        uint8_t plain[SESSION_BYTES];
        platform_kept_t *kept = platform_kept();
        const seal_bytes_t bytes = {plain, tls_session_save(plain, sizeof(plain))};
        const bool any = bytes.len > 0
            && connectwith_with_secret(false, bytes, session_use(), kept->data) == STATUS_OK;
        kept->len = any ? (uint32_t)(bytes.len + SEAL_OVERHEAD_BYTES) : 0;
        wipe(plain, sizeof(plain));
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_keep_session_obj, connectwith_keep_session);

// drop_session(): the next handshake resumes nothing.
static mp_obj_t connectwith_drop_session(void) {
    session_looked = true;
    wipe(platform_kept(), sizeof(platform_kept_t));
    tls_session_drop();
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_drop_session_obj, connectwith_drop_session);

// handshakes(resumed): how many have succeeded since the start of the firmware, of those that have
// resumed a session or of the full ones.
static mp_obj_t connectwith_handshakes(mp_obj_t resumed_in) {
    const tls_handshakes_t count = tls_session_handshakes();
    return mp_obj_new_int_from_uint(mp_obj_is_true(resumed_in) ? count.resumed : count.full);
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_handshakes_obj, connectwith_handshakes);
