// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef HOOKS_H
#define HOOKS_H

struct pbuf;
struct netif;

int server_take_packet(struct pbuf *packet, struct netif *netif);

#endif
