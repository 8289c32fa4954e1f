// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What of esp_netif is for users of lwIP.

#pragma once

#include "esp_netif.h"
