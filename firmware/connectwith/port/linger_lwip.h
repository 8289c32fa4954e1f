// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Waits for the peer to acknowledge the end of a connection. A segment that lwIP has given to a
// radio may still be in the radio's queue, and is lost when the radio is switched off. Only an
// acknowledgement proves that it was sent. One connection is tracked: the one that was closed
// last.

#ifndef CONNECTWITH_PORT_LINGER_LWIP_H
#define CONNECTWITH_PORT_LINGER_LWIP_H

#include <stdbool.h>

// Sends FIN on a socket's connection and closes the socket, without waiting for the peer.
void linger_begin(int fd);

// Whether data of that connection, or its FIN, is not acknowledged yet. False after one second at
// the latest. For Python's thread. Does not wait.
bool linger_pending(void);

#endif
