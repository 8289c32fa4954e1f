// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The results of functions of core and port. connectwith_raise() of bind/ turns each row into an
// exception, so the texts are for the user and contain no secret.

#ifndef CONNECTWITH_CORE_STATUS_H
#define CONNECTWITH_CORE_STATUS_H

// X(name, kind of exception, text)
#define STATUS_TABLE(X) \
    X(OK, NONE, "") \
    X(BAD_LINK, VALUE, "no such link") \
    X(BAD_TIMEOUT, VALUE, "timeout must be 1 ms to 86400 s") \
    X(BAD_STAGE, VALUE, "stage must be a later one of this link") \
    X(BAD_BUDGET, VALUE, "stage budget must be 0 to 86400 s") \
    X(BAD_RESULT, VALUE, "not a failure of this link") \
    X(BAD_DELAY, VALUE, "delay must be 0 to 86400 s") \
    X(NOT_RUNNING, RUNTIME, "no attempt is running") \
    X(NO_MEMORY, MEMORY, "out of memory") \
    X(NO_DEVICE, DEVICE, "not on this board") \
    X(SEAL_FORMAT, VALUE, "not a sealed value") \
    X(SEAL_VERSION, VALUE, "sealed value has an unknown version") \
    X(SEAL_KEY, VALUE, "sealed on another device") \
    X(SEAL_PURPOSE, VALUE, "sealed for another purpose") \
    X(SEAL_USE, VALUE, "sealed for another network, user or server") \
    X(SEAL_FORGED, VALUE, "sealed value was changed") \
    X(SEAL_FAILED, RUNTIME, "sealing is not possible now") \
    X(SEAL_TOO_LONG, VALUE, "value or context is too long to be sealed") \
    X(BAD_HOST, VALUE, "not a host name: 1 to 255 bytes in labels of 1 to 63, no NUL") \
    X(BAD_ADDRESS, VALUE, "not an IPv4 address") \
    X(NOT_CONNECTED, RUNTIME, "stream is not connected, or already secure") \
    X(TOO_LARGE, VALUE, "certificate or key is over 64 KB") \
    X(BAD_PORT, VALUE, "port must be 1 to 65535") \
    X(NO_ADDRESS, RUNTIME, "no address has been found") \
    X(NO_SLOT, RUNTIME, "too many name queries at once") \
    X(KEY_FAILED, RUNTIME, "no key pair can be made now")

typedef enum {
    #define STATUS_ENUM(name, kind, text) STATUS_##name,
    STATUS_TABLE(STATUS_ENUM)
    #undef STATUS_ENUM
    STATUS_COUNT
} status_t;

#endif
