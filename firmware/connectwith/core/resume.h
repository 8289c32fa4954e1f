// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Resumption of TLS sessions (RFC 5246, section 7.3, and RFC 5077): which server a kept session may
// be offered to, and until when. The session itself is the platform's.
//
// A resumed session does not verify the server's certificate again. So a session is bound to all
// that the verification depends on: host, port, authority, and the client's certificate and key. It
// ends a day after the verification, or when the first certificate of the chain does, or with the
// server's hint.
//
// Times are seconds since 2000. 0: the clock is not set.

#ifndef CONNECTWITH_CORE_RESUME_H
#define CONNECTWITH_CORE_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESUME_BINDING_BYTES (32)

// RFC 5246, section F.1.4, suggests 24 hours as the upper limit of a session's life.
#define RESUME_LIFE_S (24 * 3600u)

// A clock that is corrected may go back a little.
#define RESUME_SLACK_S (60u)

// A longer ticket is not kept. OpenSSL's ticket is 176 bytes and the client's certificate in DER.
#define RESUME_TICKET_MAX_BYTES (2048)

// After so many handshakes that the server has broken off because of a session, without one that
// was resumed in between, no session is offered to it and none is asked for, for RESUME_LIFE_S.
#define RESUME_STRIKES_MAX (2)

#define RESUME_PACKED_BYTES (2 + 3 * 4 + RESUME_BINDING_BYTES)

// The terms of one session. All zero: no session is allowed.
typedef struct {
    uint8_t binding[RESUME_BINDING_BYTES];
    uint32_t verified_s;  // when the chain was verified
    uint32_t end_s;       // of the verification: no session of it is offered from then on
    uint32_t until_s;     // of the session
    uint8_t strikes;
} resume_terms_t;

typedef struct {
    const void *data;  // NULL: absent, which differs from empty
    size_t len;
} resume_bytes_t;

typedef struct {
    uint16_t port;
    resume_bytes_t host, ca, cert, key;
} resume_peer_t;

typedef void (*resume_update_t)(void *hash, const void *data, size_t len);

// Gives update() the bytes whose SHA-256 is the binding: a label with its NUL, the port in two
// bytes, then each of host, ca, cert and key after its length in four bytes; 0xFFFFFFFF: absent.
// Numbers are big-endian.
void resume_feed(const resume_peer_t *peer, resume_update_t update, void *hash);

// A chain was verified at now_s, in a handshake that has asked for a session. Its first certificate
// ends at not_after_s. The strikes stay if the binding is the same.
void resume_verified(resume_terms_t *terms, const uint8_t *binding, uint32_t now_s,
    uint32_t not_after_s);

// The server has given a session at now_s. hint_s: the ticket's lifetime hint (RFC 5077, section
// 3.3); 0: none.
void resume_given(resume_terms_t *terms, uint32_t now_s, uint32_t hint_s);

// The session was resumed.
void resume_done(resume_terms_t *terms);

// The server has broken off because of a session. for_good: this counts as often as is needed.
void resume_strike(resume_terms_t *terms, const uint8_t *binding, uint32_t now_s, bool for_good);

// Whether the session of these terms may be offered to a server.
bool resume_may_offer(const resume_terms_t *terms, const uint8_t *binding, uint32_t now_s);

// Whether no session is to be asked for: of this server, or without a clock.
bool resume_is_blocked(const resume_terms_t *terms, const uint8_t *binding, uint32_t now_s);

// The terms in RESUME_PACKED_BYTES, to be kept over deep sleep.
void resume_pack(const resume_terms_t *terms, uint8_t *out);

// False: not what resume_pack() has made. The terms are all zero then.
bool resume_unpack(resume_terms_t *terms, const uint8_t *in, size_t len);

#endif
