// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Values in non-volatile storage: blobs under namespace and key (each at most 15 characters).
// esp32.NVS is not used because it never closes its handle, so each object leaks memory of
// ESP-IDF, also over a soft reset. These functions close their handle.
//
// Errors are those of ESP-IDF (nvs.h); ESP_OK is 0.

#ifndef CONNECTWITH_PORT_SETTINGS_IDF_H
#define CONNECTWITH_PORT_SETTINGS_IDF_H

#include <stddef.h>

// Sets *len to the size of the value, 0 if there is none. Copies the value to buf, if buf is not
// NULL and *len was large enough.
int settings_read(const char *space, const char *key, void *buf, size_t *len);

// Stores len bytes; buf NULL: erases the value. The change is in the flash when this returns.
int settings_write(const char *space, const char *key, const void *buf, size_t len);

#endif
