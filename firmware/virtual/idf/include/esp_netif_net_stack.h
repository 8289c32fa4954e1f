// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// What of esp_netif is for users of lwIP.

#ifndef IDF_ESP_NETIF_NET_STACK_H
#define IDF_ESP_NETIF_NET_STACK_H

#include "esp_netif.h"

#endif // IDF_ESP_NETIF_NET_STACK_H
