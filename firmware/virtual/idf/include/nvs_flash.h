// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Start of the non-volatile storage.

#pragma once

#include "nvs.h"

// ESP_ERR_NVS_NO_FREE_PAGES when the partition holds something else than NVS or blank flash;
// the answer to that is nvs_flash_erase() and another try.
esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_erase(void);
