// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The I/O thread: one poll(2) over all serial lines and the signals. Its handlers stand for
// interrupt handlers: they record data, wake the main task and return.

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "board.h"
#include "esp_system.h"

#define SOURCES_MAX (16)

// A line whose other end is closed reports POLLHUP all the time. Then it is polled at this
// interval.
#define HANGUP_RETRY_MS (50)

static pthread_mutex_t sources_lock = PTHREAD_MUTEX_INITIALIZER;
static board_source_t *sources;
static int kick_fd = -1;
static int signal_fd = -1;

static void kick(void) {
    uint64_t one = 1;
    if (write(kick_fd, &one, sizeof(one)) < 0 && errno != EAGAIN) {
        err(1, "eventfd");
    }
}

void board_io_add(board_source_t *s) {
    pthread_mutex_lock(&sources_lock);
    s->next = sources;
    sources = s;
    pthread_mutex_unlock(&sources_lock);
    kick();
}

void board_io_remove(board_source_t *s) {
    pthread_mutex_lock(&sources_lock);
    for (board_source_t **p = &sources; *p != NULL; p = &(*p)->next) {
        if (*p == s) {
            *p = s->next;
            break;
        }
    }
    pthread_mutex_unlock(&sources_lock);
}

static void handle_signal(void) {
    struct signalfd_siginfo info;
    if (read(signal_fd, &info, sizeof(info)) != sizeof(info)) {
        return;
    }
    if (info.ssi_signo == SIGUSR1) {
        board_reset(ESP_RST_EXT);
    }
    board_power_off(0);
}

// Fills the poll set: kick, signals, then each source.
static nfds_t gather(struct pollfd *fds) {
    nfds_t n = 0;
    fds[n++] = (struct pollfd) { .fd = kick_fd, .events = POLLIN };
    fds[n++] = (struct pollfd) { .fd = signal_fd, .events = POLLIN };
    pthread_mutex_lock(&sources_lock);
    for (board_source_t *s = sources; s != NULL && n < SOURCES_MAX; s = s->next) {
        fds[n++] = (struct pollfd) { .fd = s->fd, .events = POLLIN };
    }
    pthread_mutex_unlock(&sources_lock);
    return n;
}

// Calls the sources that are ready. Returns true when some line was only hung up.
static bool dispatch(const struct pollfd *fds, nfds_t n) {
    bool hung_up = false;
    for (nfds_t i = 2; i < n; i++) {
        if (fds[i].revents == 0) {
            continue;
        }
        hung_up |= (fds[i].revents & POLLIN) == 0;
        pthread_mutex_lock(&sources_lock);
        // The source may have been removed while poll() waited.
        for (board_source_t *s = sources; s != NULL; s = s->next) {
            if (s->fd == fds[i].fd) {
                s->ready(s);
                break;
            }
        }
        pthread_mutex_unlock(&sources_lock);
    }
    return hung_up;
}

static void *io_thread(void *arg) {
    (void)arg;
    struct pollfd fds[SOURCES_MAX];
    for (;;) {
        nfds_t n = gather(fds);
        if (poll(fds, n, -1) < 0) {
            if (errno != EINTR) {
                err(1, "poll");
            }
            continue;
        }
        if (fds[0].revents & POLLIN) {
            uint64_t count;
            (void)!read(kick_fd, &count, sizeof(count));
        }
        if (fds[1].revents & POLLIN) {
            handle_signal();
        }
        if (dispatch(fds, n)) {
            usleep(HANGUP_RETRY_MS * 1000);
        }
    }
    return NULL;
}

sigset_t board_io_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return set;
}

void board_io_start(void) {
    // Called before any other thread exists, so that all threads inherit the mask and these
    // signals go to signal_fd.
    sigset_t set = board_io_signals();
    signal(SIGPIPE, SIG_IGN);
    kick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (kick_fd < 0 || signal_fd < 0) {
        err(1, "eventfd or signalfd");
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, io_thread, NULL) != 0) {
        errx(1, "cannot start the I/O thread");
    }
    pthread_detach(thread);
}
