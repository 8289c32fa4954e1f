// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What is kept in non-volatile storage, as blobs under namespace and key (each at most 15
// characters). esp32.NVS would do, but never closes its handle, which is memory of ESP-IDF: one
// each time that it is made, at a soft reset at the latest. Here nothing stays open.
//
// Errors are those of ESP-IDF (nvs.h), ESP_OK is 0.

#ifndef CONNECTWITH_PORT_SETTINGS_IDF_H
#define CONNECTWITH_PORT_SETTINGS_IDF_H

#include <stddef.h>

// Sets *len to the size of the value, 0 when there is none; copies it to buf, if that is not NULL
// and *len was large enough.
int settings_read(const char *space, const char *key, void *buf, size_t *len);

// Stores len bytes; buf NULL: erases what there is. It is on flash when this returns.
int settings_write(const char *space, const char *key, const void *buf, size_t len);

#endif
