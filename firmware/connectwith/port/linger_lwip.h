// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The end of a connection, until the peer has acknowledged it. What lwIP has handed to a radio is
// still in the radio's queue, and is lost when that is switched off; only an acknowledgement proves
// that it has left. One connection at a time is looked after: the one that ended last.

#ifndef CONNECTWITH_PORT_LINGER_LWIP_H
#define CONNECTWITH_PORT_LINGER_LWIP_H

#include <stdbool.h>

// Ends the connection of a socket and closes the socket, without waiting for the peer.
void linger_begin(int fd);

// Whether something that was sent on that connection, its end included, is not acknowledged yet.
// Never for longer than a second. Python's thread; it does not wait.
bool linger_pending(void);

#endif
