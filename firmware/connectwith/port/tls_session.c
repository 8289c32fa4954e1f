// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What a handshake leaves for the next one. tls_offer() and tls_learn() run on the worker; they have
// the record that tls_take_kept() has moved to them, so nothing is shared.

#include "connectwith/port/tls_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/platform_time.h"
#include "mbedtls/sha256.h"

#include "connectwith/core/wipe.h"
#include "connectwith/port/tls_internal.h"

#if !defined(MBEDTLS_SSL_SESSION_TICKETS)
#error "session tickets are off: set CONFIG_MBEDTLS_CLIENT_SSL_SESSION_TICKETS"
#endif

#define SESSION_SECONDS_1970_TO_2000 (946684800)

static tls_kept_t session_kept;
static unsigned session_drops;
static tls_handshakes_t session_handshakes;

static void session_free(tls_kept_t *kept) {
    if (kept->session != NULL) {
        mbedtls_ssl_session_free(kept->session);  // overwrites the master secret
        free(kept->session);
        kept->session = NULL;
    }
}

void tls_session_drop(void) {
    session_free(&session_kept);
    wipe(&session_kept, sizeof(session_kept));
    ++session_drops;
}

// mbedTLS's clock, as it is also that of the certificates' dates.
static uint32_t session_now_s(void) {
    const int64_t now = (int64_t)mbedtls_time(NULL) - SESSION_SECONDS_1970_TO_2000;
    return now > 0 && now < UINT32_MAX ? (uint32_t)now : 0;
}

// --- The caller's side ---

void tls_take_kept(tls_t *tls) {
    tls->kept = session_kept;
    tls->drops = session_drops;
    session_kept.session = NULL;  // a session that is offered and not resumed is dropped
}

void tls_settle(tls_t *tls) {
    if (tls->handshake_port == 0) {
        return;
    }
    if (tls->drops == session_drops) {
        session_free(&session_kept);
        session_kept = tls->kept;
        tls->kept.session = NULL;
    }
    if (tls->error == 0) {
        ++*(tls->resumed ? &session_handshakes.resumed : &session_handshakes.full);
    }
}

void tls_drop_kept(tls_t *tls) {
    session_free(&tls->kept);
}

tls_handshakes_t tls_session_handshakes(void) {
    return session_handshakes;
}

size_t tls_session_save(uint8_t *out, size_t size) {
    const bool blocked = session_kept.terms.strikes != 0;
    if (size < RESUME_PACKED_BYTES || (session_kept.session == NULL && !blocked)) {
        return 0;
    }
    resume_pack(&session_kept.terms, out);
    size_t len = 0;
    if (session_kept.session != NULL
        && mbedtls_ssl_session_save(session_kept.session, out + RESUME_PACKED_BYTES,
            size - RESUME_PACKED_BYTES, &len) != 0) {
        wipe(out, size);
        return 0;
    }
    return RESUME_PACKED_BYTES + len;
}

static mbedtls_ssl_session *session_new(void) {
    mbedtls_ssl_session *session = malloc(sizeof(*session));
    if (session != NULL) {
        mbedtls_ssl_session_init(session);
    }
    return session;
}

bool tls_session_load(const uint8_t *in, size_t len) {
    tls_session_drop();
    if (!resume_unpack(&session_kept.terms, in, len)) {
        return false;
    }
    if (len == RESUME_PACKED_BYTES) {
        return true;
    }
    session_kept.session = session_new();
    if (session_kept.session == NULL
        || mbedtls_ssl_session_load(session_kept.session, in + RESUME_PACKED_BYTES,
            len - RESUME_PACKED_BYTES) != 0) {
        tls_session_drop();
        return false;
    }
    return true;
}

// --- The worker's side ---

static void session_update(void *hash, const void *data, size_t len) {
    (void)mbedtls_sha256_update(hash, data, len);
}

static resume_bytes_t session_part(const tls_copy_t *copy) {
    return (resume_bytes_t) {copy->data, copy->len};
}

static void session_bind(tls_t *tls) {
    const resume_peer_t peer = {
        .port = tls->handshake_port,
        .host = session_part(&tls->hostname),
        .ca = session_part(&tls->ca),
        .cert = session_part(&tls->cert),
        .key = session_part(&tls->key),
    };
    mbedtls_sha256_context hash;
    mbedtls_sha256_init(&hash);
    (void)mbedtls_sha256_starts(&hash, 0);
    resume_feed(&peer, session_update, &hash);
    (void)mbedtls_sha256_finish(&hash, tls->binding);
    mbedtls_sha256_free(&hash);
}

void tls_offer(tls_t *tls) {
    tls->tickets = false;
    if (tls->handshake_port != 0) {
        session_bind(tls);
        tls->began_s = session_now_s();
        tls->tickets = !resume_is_blocked(&tls->kept.terms, tls->binding, tls->began_s);
    }
    if (!tls->tickets) {
        mbedtls_ssl_conf_session_tickets(&tls->config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    } else if (tls->kept.session != NULL
        && resume_may_offer(&tls->kept.terms, tls->binding, tls->began_s)) {
        tls->offered = mbedtls_ssl_set_session(&tls->ssl, tls->kept.session) == 0;
    }
    if (!tls->offered) {
        session_free(&tls->kept);
    }
}

static bool session_has_ticket(const mbedtls_ssl_session *session,
    const mbedtls_ssl_session *other) {
    const size_t len = session->MBEDTLS_PRIVATE(ticket_len);
    return other != NULL && len > 0 && len == other->MBEDTLS_PRIVATE(ticket_len)
        && memcmp(session->MBEDTLS_PRIVATE(ticket), other->MBEDTLS_PRIVATE(ticket), len) == 0;
}

static void session_drop_ticket(mbedtls_ssl_session *session) {
    mbedtls_free(session->MBEDTLS_PRIVATE(ticket));
    session->MBEDTLS_PRIVATE(ticket) = NULL;
    session->MBEDTLS_PRIVATE(ticket_len) = 0;
}

// What only a renegotiation would need, which is disabled. ESP-IDF keeps the server's certificate by
// default, in up to 4 KB.
static void session_drop_certificate(mbedtls_ssl_session *session) {
    #if defined(MBEDTLS_SSL_KEEP_PEER_CERTIFICATE)
    mbedtls_x509_crt *cert = session->MBEDTLS_PRIVATE(peer_cert);
    if (cert != NULL) {
        mbedtls_x509_crt_free(cert);
        mbedtls_free(cert);
        session->MBEDTLS_PRIVATE(peer_cert) = NULL;
    }
    #else
    (void)session;
    #endif
}

// The session of this handshake, if it can be resumed; else NULL.
static mbedtls_ssl_session *session_export(tls_t *tls, const mbedtls_ssl_session *live) {
    const size_t ticket_len = live->MBEDTLS_PRIVATE(ticket_len);
    const bool useful = ticket_len > 0 || live->MBEDTLS_PRIVATE(id_len) > 0;
    mbedtls_ssl_session *session =
        useful && ticket_len <= RESUME_TICKET_MAX_BYTES ? session_new() : NULL;
    if (session != NULL && mbedtls_ssl_get_session(&tls->ssl, session) != 0) {
        mbedtls_ssl_session_free(session);
        free(session);
        session = NULL;
    }
    return session;
}

// Of a handshake that has succeeded.
static void session_learn(tls_t *tls, mbedtls_ssl_session *live) {
    const bool same = session_has_ticket(live, tls->kept.session);
    if (tls->resumed) {
        resume_done(&tls->kept.terms);
        if (same || live->MBEDTLS_PRIVATE(ticket_len) == 0) {
            return;  // the session may be resumed again
        }
    } else {
        if (same) {
            session_drop_ticket(live);  // mbedTLS leaves the one that was refused
        }
        resume_verified(&tls->kept.terms, tls->binding, tls->began_s, tls->not_after_s);
    }
    session_free(&tls->kept);
    tls->kept.session = session_export(tls, live);
    const uint32_t hint_s = live->MBEDTLS_PRIVATE(ticket_len) == 0 ? 0
        : live->MBEDTLS_PRIVATE(ticket_lifetime);
    resume_given(&tls->kept.terms, tls->began_s, hint_s);
}

// Of a handshake that has failed with err.
static void session_blame(tls_t *tls, int err) {
    const bool closed = err == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE
        || err == MBEDTLS_ERR_SSL_CONN_EOF || err == ECONNRESET;
    const bool ours = err > 0 || err == MBEDTLS_ERR_SSL_ALLOC_FAILED;
    if (tls->offered && !tls->verified && (closed || !ours)) {
        tls->retry = true;
        resume_strike(&tls->kept.terms, tls->binding, tls->began_s, false);
    } else if (tls->tickets && tls->verified && tls->verify_flags == 0 && !closed && !ours) {
        // Behind the certificate's check comes the ticket: one that mbedTLS has no room for.
        tls->retry = true;
        resume_strike(&tls->kept.terms, tls->binding, tls->began_s, true);
    }
    session_free(&tls->kept);
}

void tls_learn(tls_t *tls, int err) {
    mbedtls_ssl_session *live = tls->ssl.MBEDTLS_PRIVATE(session);
    if (err != 0) {
        session_blame(tls, err);
        return;
    }
    tls->resumed = tls->offered && !tls->verified;
    session_drop_certificate(live);
    if (!tls->tickets
        || mbedtls_ssl_get_version_number(&tls->ssl) != MBEDTLS_SSL_VERSION_TLS1_2) {
        session_free(&tls->kept);
    } else {
        session_learn(tls, live);
    }
    session_drop_ticket(live);
}
