// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Start of the non-volatile storage.

#pragma once

#include "nvs.h"

// ESP_ERR_NVS_NO_FREE_PAGES: the partition holds neither NVS nor blank flash. The caller then
// erases it and tries again.
esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_erase(void);
