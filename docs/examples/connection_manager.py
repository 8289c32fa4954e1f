# SPDX-FileCopyrightText: 2026 The connectwith authors
# SPDX-License-Identifier: MIT

"""A connection manager, as many imp applications have one.

It keeps the device online or offline, tries again when an attempt fails, watches the connection
with a timer of its own, and keeps what is logged meanwhile.

It uses nothing but `server.connect`, `server.disconnect`, `server.flush`, `server.isconnected` and
`imp.wakeup`. Nothing else in the application should call the first three.

    from connection_manager import ConnectionManager

    manager = ConnectionManager(stay_connected=True)
    manager.on_connect = lambda: manager.log("online")
    manager.connect()
"""

import imp

import server


class ConnectionManager:
    """Handlers: `on_connect()`, `on_disconnect(expected)`, `on_timeout()`; each may be None.

    connect_timeout: s for one attempt. check_timeout: s between two looks at the connection.
    ack_timeout: s that a send may block.
    """

    def __init__(
        self,
        stay_connected=False,
        retry_on_timeout=True,
        connect_timeout=60,
        check_timeout=5,
        ack_timeout=1,
        error_policy=server.RETURN_ON_ERROR,
    ):
        self.on_connect = self.on_disconnect = self.on_timeout = None
        self._stay_connected = stay_connected
        self._retry_on_timeout = retry_on_timeout
        self._connect_timeout = connect_timeout
        self._check_timeout = check_timeout
        self._connected = server.isconnected()
        self._connecting = False
        self._tasks = []  # to be done at the next connection
        self._lines = []  # logged while offline
        server.setsendtimeoutpolicy(error_policy, server.WAIT_TIL_SENT, ack_timeout)
        imp.wakeup(0 if stay_connected else check_timeout, self._watch)

    def is_connected(self):
        """What the application has been told, which may be `check_timeout` behind the truth."""
        return self._connected

    def connect(self):
        """Starts an attempt. False: there is one, or a connection, already."""
        if self._connecting:
            return False
        if self._connected and server.isconnected():
            return False
        self._connecting = True
        server.connect(self._attempted, self._connect_timeout)
        # The callback does not come where there is a connection already.
        if server.isconnected():
            self._attempted(server.SERVER_CONNECTED)
        return True

    def disconnect(self, force=False, flush_timeout=30):
        """Goes offline; all is done when it returns. False: an attempt runs, and no `force`.

        flush_timeout: s that may be spent on what has not been sent yet; -1: none.
        """
        if self._connecting and not force:
            return False
        if flush_timeout >= 0 and server.isconnected():
            server.flush(max(flush_timeout, 0.001))
        self._connecting = False
        server.disconnect()
        self._went_offline(True)
        return True

    def on_next_connect(self, task):
        """Calls `task()` at the next connection, or soon if there is one."""
        if self._connected:
            imp.wakeup(0, task)
        else:
            self._tasks.append(task)

    def connect_for(self, task):
        """Connects, calls `task()`, disconnects."""

        def then_leave():
            try:
                task()
            finally:
                self.disconnect()

        self.on_next_connect(then_leave)
        self.connect()

    def log(self, message):
        """Logs now, or at the next connection."""
        if not self._connected or server.log(message) != 0:
            self._lines.append(message)

    def _attempted(self, result):
        self._connecting = False
        if result == server.SERVER_CONNECTED:
            self._went_online()
            return
        self._connected = False
        if self.on_timeout is not None:
            self.on_timeout()
        if self._retry_on_timeout:
            imp.wakeup(0, self.connect)

    def _went_online(self):
        if self._connected:
            return
        self._connected = True
        lines, self._lines = self._lines, []
        for line in lines:
            self.log(line)
        if self.on_connect is not None:
            self.on_connect()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            imp.wakeup(0, task)

    def _went_offline(self, expected):
        was_connected, self._connected = self._connected, False
        if was_connected and self.on_disconnect is not None:
            self.on_disconnect(expected)

    def _watch(self):
        imp.wakeup(self._check_timeout, self._watch)
        if server.isconnected():
            if not self._connecting:
                self._went_online()
            return
        if self._connecting:
            return
        self._went_offline(False)
        if self._stay_connected:
            self.connect()
