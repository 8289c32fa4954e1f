// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// There is one application, the process itself, and no over-the-air update.

#pragma once

#include "esp_partition.h"

const esp_partition_t *esp_ota_get_boot_partition(void);
const esp_partition_t *esp_ota_get_running_partition(void);
// NULL: there is no second slot.
const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *start);
// ESP_ERR_NOT_SUPPORTED
esp_err_t esp_ota_set_boot_partition(const esp_partition_t *p);
esp_err_t esp_ota_mark_app_valid_cancel_rollback(void);
