// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

#ifndef TESTS_PORT_PEERS_H
#define TESTS_PORT_PEERS_H

#include "world.h"

// Starts a listener for each peer_t. lwIP must run.
void peers_start(void);

#endif
