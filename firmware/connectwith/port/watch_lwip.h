// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Reports when a socket becomes readable, in place of polling. lwIP has no callback for a socket,
// so a task waits in lwip_select().
//
// The caller and the task both own the watch. It is freed when both have released it, so no call
// waits.

#ifndef CONNECTWITH_PORT_WATCH_LWIP_H
#define CONNECTWITH_PORT_WATCH_LWIP_H

typedef struct watch watch_t;

// Makes a watch on a socket, not armed. wake() is called from the task; it MUST NOT block. NULL:
// no memory.
watch_t *watch_begin(int fd, void (*wake)(void));

// Asks for one wake() as soon as the socket is readable, which an end and an error are, too.
// Another call before that wake() changes nothing.
void watch_arm(watch_t *watch);

// Call this before the socket is closed; the close ends the task's wait. The pointer is invalid
// afterwards. One more wake() may come.
void watch_end(watch_t *watch);

#endif
