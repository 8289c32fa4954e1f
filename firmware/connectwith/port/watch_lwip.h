// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Tells when a socket has something to read, so that nobody has to look again and again. lwIP calls
// nobody back about a socket: a task of its own waits in lwip_select().
//
// The watch belongs to its task and to the caller; the later of the two that lets go clears up. So
// no call waits.

#ifndef CONNECTWITH_PORT_WATCH_LWIP_H
#define CONNECTWITH_PORT_WATCH_LWIP_H

typedef struct watch watch_t;

// A watch on the socket fd, not armed. wake() is called from the task; it MUST NOT block. NULL: no
// memory.
watch_t *watch_begin(int fd, void (*wake)(void));

// Asks for one wake(), as soon as the socket has something to read, its end and an error included.
// Before that has come, asking again changes nothing.
void watch_arm(watch_t *watch);

// Call it before the socket is closed, which ends the task's wait. The pointer is dead afterwards;
// one wake() may still come.
void watch_end(watch_t *watch);

#endif
