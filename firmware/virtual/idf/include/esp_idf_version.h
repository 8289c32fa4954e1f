// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The version of ESP-IDF whose API this stand-in follows.

#pragma once

#define ESP_IDF_VERSION_MAJOR (5)
#ifndef ESP_IDF_VERSION_MINOR
#define ESP_IDF_VERSION_MINOR (4)
#endif
#define ESP_IDF_VERSION_PATCH (1)
#define ESP_IDF_VERSION_VAL(major, minor, patch) (((major) << 16) | ((minor) << 8) | (patch))
#define ESP_IDF_VERSION \
    ESP_IDF_VERSION_VAL(ESP_IDF_VERSION_MAJOR, ESP_IDF_VERSION_MINOR, ESP_IDF_VERSION_PATCH)
