// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#include "connectwith/core/resume.h"

#include <string.h>

#define RESUME_VERSION (1)
#define RESUME_ABSENT (0xffffffffu)

// Another meaning of the bytes behind it needs another label.
static const char resume_label[] = "connectwith session 1";

static void resume_put_be(uint8_t *out, uint32_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) {
        out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    }
}

void resume_feed(const resume_peer_t *peer, resume_update_t update, void *hash) {
    const resume_bytes_t parts[] = {peer->host, peer->ca, peer->cert, peer->key};
    uint8_t number[4];
    update(hash, resume_label, sizeof(resume_label));
    resume_put_be(number, peer->port, 2);
    update(hash, number, 2);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i) {
        const bool absent = parts[i].data == NULL;
        resume_put_be(number, absent ? RESUME_ABSENT : (uint32_t)parts[i].len, 4);
        update(hash, number, 4);
        if (!absent && parts[i].len > 0) {
            update(hash, parts[i].data, parts[i].len);
        }
    }
}

static bool resume_is_bound(const resume_terms_t *terms, const uint8_t *binding) {
    return memcmp(terms->binding, binding, RESUME_BINDING_BYTES) == 0;
}

static uint32_t resume_later(uint32_t now_s, uint32_t by_s) {
    return by_s > UINT32_MAX - now_s ? UINT32_MAX : now_s + by_s;
}

// A clock that was moved back leaves the age of the verification unknown.
static bool resume_is_within(const resume_terms_t *terms, uint32_t now_s, uint32_t end_s) {
    return now_s != 0 && resume_later(now_s, RESUME_SLACK_S) >= terms->verified_s && now_s < end_s;
}

static void resume_bind(resume_terms_t *terms, const uint8_t *binding) {
    if (!resume_is_bound(terms, binding)) {
        memset(terms, 0, sizeof(*terms));
        memcpy(terms->binding, binding, RESUME_BINDING_BYTES);
    }
}

void resume_verified(resume_terms_t *terms, const uint8_t *binding, uint32_t now_s,
    uint32_t not_after_s) {
    resume_bind(terms, binding);
    if (terms->strikes >= RESUME_STRIKES_MAX) {
        terms->strikes = RESUME_STRIKES_MAX - 1;  // the time without sessions is over
    }
    const uint32_t most_s = resume_later(now_s, RESUME_LIFE_S);
    terms->verified_s = now_s;
    terms->end_s = not_after_s < most_s ? not_after_s : most_s;
    terms->until_s = 0;
}

void resume_given(resume_terms_t *terms, uint32_t now_s, uint32_t hint_s) {
    const uint32_t hinted_s = hint_s == 0 ? UINT32_MAX : resume_later(now_s, hint_s);
    terms->until_s = hinted_s < terms->end_s ? hinted_s : terms->end_s;
}

void resume_done(resume_terms_t *terms) {
    terms->strikes = 0;
}

void resume_strike(resume_terms_t *terms, const uint8_t *binding, uint32_t now_s, bool for_good) {
    resume_bind(terms, binding);
    if (for_good) {
        terms->strikes = RESUME_STRIKES_MAX;
    } else if (terms->strikes < RESUME_STRIKES_MAX) {
        ++terms->strikes;
    }
    terms->verified_s = now_s;
    terms->end_s = resume_later(now_s, RESUME_LIFE_S);
    terms->until_s = 0;
}

bool resume_may_offer(const resume_terms_t *terms, const uint8_t *binding, uint32_t now_s) {
    return terms->strikes < RESUME_STRIKES_MAX && resume_is_bound(terms, binding)
        && resume_is_within(terms, now_s, terms->until_s);
}

bool resume_is_blocked(const resume_terms_t *terms, const uint8_t *binding, uint32_t now_s) {
    if (now_s == 0) {
        return true;
    }
    return terms->strikes >= RESUME_STRIKES_MAX && resume_is_bound(terms, binding)
        && resume_is_within(terms, now_s, terms->end_s);
}

void resume_pack(const resume_terms_t *terms, uint8_t *out) {
    out[0] = RESUME_VERSION;
    out[1] = terms->strikes;
    resume_put_be(out + 2, terms->verified_s, 4);
    resume_put_be(out + 6, terms->end_s, 4);
    resume_put_be(out + 10, terms->until_s, 4);
    memcpy(out + 14, terms->binding, RESUME_BINDING_BYTES);
}

static uint32_t resume_get_be(const uint8_t *in) {
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

bool resume_unpack(resume_terms_t *terms, const uint8_t *in, size_t len) {
    memset(terms, 0, sizeof(*terms));
    if (len < RESUME_PACKED_BYTES || in[0] != RESUME_VERSION || in[1] > RESUME_STRIKES_MAX) {
        return false;
    }
    terms->strikes = in[1];
    terms->verified_s = resume_get_be(in + 2);
    terms->end_s = resume_get_be(in + 6);
    terms->until_s = resume_get_be(in + 10);
    memcpy(terms->binding, in + 14, RESUME_BINDING_BYTES);
    return true;
}
