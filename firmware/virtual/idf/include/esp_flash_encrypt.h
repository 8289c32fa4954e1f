// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#pragma once

#include <stdbool.h>

// Whether a key for it was burnt (see efuse.h).
bool esp_flash_encryption_enabled(void);
